//! Words on lines of a limited width, in blocks that lie in each other.

/// How many characters a line holds, where its words allow it.
pub(super) const WIDTH: usize = 80;
/// A block never gets narrower.
const LEAST_WIDTH: usize = 20;

/// A text under construction. It begins with an open block, the text itself.
pub(super) struct Lines {
    blocks: Vec<Block>,
    capitals: usize,
    words: usize,
}

#[derive(Default)]
struct Block {
    /// What is finished.
    text: String,
    /// Finished lines behind it, and the words of the last one.
    lines: Vec<Vec<String>>,
    line: Vec<String>,
    room: usize,
    width: usize,
    /// Line breaks that are due before anything else comes.
    due_breaks: usize,
    /// Line breaks before the block.
    breaks_before: usize,
    is_pre: bool,
    /// White space has been seen behind the last word.
    space: bool,
    may_break: bool,
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\u{c}' | '\u{200b}')
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

impl Lines {
    pub(super) fn new() -> Self {
        Self {
            blocks: vec![Block { width: WIDTH, room: WIDTH, breaks_before: 1, ..Block::default() }],
            capitals: 0,
            words: 0,
        }
    }

    /// How many words there are so far.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn begin_capitals(&mut self) {
        self.capitals += 1;
    }

    pub(super) fn end_capitals(&mut self) {
        self.capitals = self.capitals.saturating_sub(1);
    }

    /// Adds text of the page: white space divides words.
    pub(super) fn add(&mut self, text: &str) {
        self.words += text.split(is_space).filter(|word| !word.is_empty()).count();
        if self.capitals > 0 { self.add_words(&text.to_uppercase()) } else { self.add_words(text) }
    }

    /// Adds text that is not written in capitals.
    pub(super) fn add_as_it_is(&mut self, text: &str) {
        self.add_words(text);
    }

    fn add_words(&mut self, text: &str) {
        let Some(block) = self.blocks.last_mut() else { return };
        if block.is_pre {
            block.text.push_str(text);
            return;
        }
        let mut words = text.split(is_space).filter(|word| !word.is_empty()).peekable();
        if text.is_empty() || (block.due_breaks > 0 && words.peek().is_none()) {
            return;
        }
        if block.due_breaks > 0 {
            block.new_lines(block.due_breaks);
            block.due_breaks = 0;
        }
        let begins_apart = block.space || text.starts_with(is_space);
        let mut any = false;
        for word in words {
            if any || begins_apart {
                block.push(word.to_owned())
            } else {
                block.append(word)
            }
            any = true;
        }
        block.space = (block.space && !any) || text.ends_with(is_space);
    }

    pub(super) fn break_line(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            if block.is_pre { block.text.push('\n') } else { block.new_lines(1) }
        }
    }

    pub(super) fn may_break(&mut self) {
        if let Some(block) = self.blocks.last_mut() {
            block.may_break = true;
        }
    }

    /// Opens a block with so many line breaks before it, so many characters narrower than the one around it.
    pub(super) fn open(&mut self, breaks_before: usize, reserved: usize, is_pre: bool) {
        let (width, around_is_pre) =
            self.blocks.last().map_or((WIDTH, false), |block| (block.width, block.is_pre));
        let width = width.saturating_sub(reserved).max(LEAST_WIDTH);
        let is_pre = is_pre || around_is_pre;
        self.blocks.push(Block { width, room: width, breaks_before, is_pre, ..Block::default() });
    }

    pub(super) fn close(&mut self, breaks_behind: usize) {
        self.close_with(breaks_behind, |text| text);
    }

    pub(super) fn close_quote(&mut self) {
        self.close_with(2, |text| {
            let lines: Vec<String> =
                text.trim_matches('\n').split('\n').map(|line| format!("> {line}")).collect();
            lines.join("\n")
        });
    }

    fn close_with(&mut self, breaks_behind: usize, change: impl FnOnce(String) -> String) {
        let Some(block) = self.pop() else { return };
        let (breaks_before, behind) = (block.breaks_before, block.due_breaks.max(breaks_behind));
        let text = change(block.into_text());
        self.add_block(&text, breaks_before, behind);
    }

    pub(super) fn open_list(&mut self, breaks_before: usize) {
        self.open(breaks_before, 0, false);
    }

    pub(super) fn close_list_item(&mut self, mark: &str, width: usize) {
        self.close_with(1, |text| {
            format!("{mark:<width$}{}", text.replace('\n', &format!("\n{}", " ".repeat(width))))
        });
    }

    /// Closes a list; an empty one leaves nothing.
    pub(super) fn close_list(&mut self, breaks_behind: usize) {
        let Some(block) = self.pop() else { return };
        let breaks_before = block.breaks_before;
        let text = block.into_text();
        if !text.is_empty() {
            self.add_block(&text, breaks_before, breaks_behind);
        }
    }

    /// The whole text.
    pub(super) fn finish(mut self) -> String {
        self.blocks.truncate(1);
        self.blocks.pop().map(Block::into_text).unwrap_or_default()
    }

    /// The innermost block, never the text itself.
    fn pop(&mut self) -> Option<Block> {
        if self.blocks.len() > 1 { self.blocks.pop() } else { None }
    }

    fn add_block(&mut self, text: &str, breaks_before: usize, breaks_behind: usize) {
        let Some(block) = self.blocks.last_mut() else { return };
        let breaks = block.due_breaks.max(breaks_before);
        block.settle();
        if block.text.is_empty() {
            block.breaks_before = breaks;
        } else {
            block.text.extend(std::iter::repeat_n('\n', breaks));
        }
        block.text.push_str(text);
        block.due_breaks = breaks_behind;
    }
}

impl Block {
    fn push(&mut self, word: String) {
        if self.room == 0 {
            self.new_lines(1);
        }
        let cost = length(&word) + usize::from(!self.line.is_empty());
        if cost > self.room && !self.line.is_empty() {
            self.new_lines(1);
            self.room = self.room.saturating_sub(length(&word));
        } else {
            self.room = self.room.saturating_sub(cost);
        }
        self.line.push(word);
    }

    /// Adds to the last word.
    fn append(&mut self, word: &str) {
        if self.may_break && length(word) > self.room {
            self.may_break = false;
            self.push(word.to_owned());
            return;
        }
        match self.line.pop() {
            Some(last) => {
                self.room += length(&last) + usize::from(!self.line.is_empty());
                self.push(last + word);
            }
            None => self.push(word.to_owned()),
        }
    }

    fn new_lines(&mut self, count: usize) {
        self.lines.push(std::mem::take(&mut self.line));
        self.lines.extend(std::iter::repeat_n(Vec::new(), count.saturating_sub(1)));
        self.room = self.width;
    }

    /// Moves the lines to what is finished.
    fn settle(&mut self) {
        if !self.lines.is_empty() || !self.line.is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
            let lines: Vec<String> = self.lines.drain(..).map(|words| words.join(" ")).collect();
            self.text.push_str(&lines.join("\n"));
        }
        self.room = self.width;
    }

    fn into_text(mut self) -> String {
        self.settle();
        self.text
    }
}
