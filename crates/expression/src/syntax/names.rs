//! Names that the language treats apart.

/// Keys that no code may read or bind, checked when it is compiled (`docs/expressions/language.md §8.2`).
pub(crate) fn is_denied(name: &str) -> bool {
    matches!(
        name,
        "__proto__"
            | "prototype"
            | "constructor"
            | "getPrototypeOf"
            | "setPrototypeOf"
            | "getOwnPropertyDescriptor"
            | "getOwnPropertyDescriptors"
            | "defineProperty"
            | "defineProperties"
            | "mainModule"
            | "binding"
            | "_linkedBinding"
            | "_load"
            | "prepareStackTrace"
            | "__lookupGetter__"
            | "__lookupSetter__"
            | "__defineGetter__"
            | "__defineSetter__"
            | "caller"
            | "callee"
            | "arguments"
            | "getBuiltinModule"
            | "dlopen"
            | "execve"
            | "loadEnvFile"
    )
}

/// Keys that no code may compute, checked when it runs (`docs/expressions/language.md §8.3`).
pub(crate) fn is_denied_when_computed(name: &str) -> bool {
    matches!(
        name,
        "__proto__"
            | "prototype"
            | "constructor"
            | "__defineGetter__"
            | "__defineSetter__"
            | "__lookupGetter__"
            | "__lookupSetter__"
            | "toString"
            | "valueOf"
            | "toLocaleString"
            | "hasOwnProperty"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
    )
}

/// Names that the engine itself resolves: they are not looked up in the data (`docs/expressions/language.md §4.3`).
pub(crate) fn is_engine_global(name: &str) -> bool {
    matches!(name, "isFinite" | "isNaN" | "NaN" | "Date" | "RegExp" | "Math" | "undefined")
}

/// Names that every data context has with one and the same frozen value.
pub(crate) fn is_constant(name: &str) -> bool {
    matches!(
        name,
        "Object"
            | "Array"
            | "String"
            | "Number"
            | "Boolean"
            | "BigInt"
            | "Symbol"
            | "JSON"
            | "Map"
            | "Set"
            | "Error"
            | "TypeError"
            | "RangeError"
            | "Intl"
            | "Infinity"
            | "parseFloat"
            | "parseInt"
            | "encodeURI"
            | "encodeURIComponent"
            | "decodeURI"
            | "decodeURIComponent"
            | "DateTime"
            | "Duration"
            | "Interval"
            | "$min"
            | "$max"
            | "$average"
            | "$not"
            | "$ifEmpty"
            | "__sanitize"
    )
}

/// Names that the compiled code uses for itself.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "___n8n_data" | "__sanitize")
}

/// Classes that no class may extend (`docs/expressions/language.md §8.4`).
pub(crate) fn is_closed_class(name: &str) -> bool {
    matches!(name, "Function" | "GeneratorFunction" | "AsyncFunction" | "AsyncGeneratorFunction" | "Buffer")
}

/// Members of `Object.prototype`.
pub(crate) fn is_object_member(name: &str) -> bool {
    matches!(
        name,
        "toString"
            | "valueOf"
            | "toLocaleString"
            | "hasOwnProperty"
            | "isPrototypeOf"
            | "propertyIsEnumerable"
            | "constructor"
            | "__proto__"
            | "__defineGetter__"
            | "__defineSetter__"
            | "__lookupGetter__"
            | "__lookupSetter__"
    )
}

/// Members of `Array.prototype`, apart from those of `Object.prototype`.
pub(crate) fn is_array_member(name: &str) -> bool {
    matches!(
        name,
        "at" | "concat"
            | "copyWithin"
            | "entries"
            | "every"
            | "fill"
            | "filter"
            | "find"
            | "findIndex"
            | "findLast"
            | "findLastIndex"
            | "flat"
            | "flatMap"
            | "forEach"
            | "includes"
            | "indexOf"
            | "join"
            | "keys"
            | "lastIndexOf"
            | "length"
            | "map"
            | "pop"
            | "push"
            | "reduce"
            | "reduceRight"
            | "reverse"
            | "shift"
            | "slice"
            | "some"
            | "sort"
            | "splice"
            | "toReversed"
            | "toSorted"
            | "toSpliced"
            | "unshift"
            | "values"
            | "with"
    )
}

/// Members of `String.prototype`, apart from those of `Object.prototype`.
pub(crate) fn is_string_member(name: &str) -> bool {
    matches!(
        name,
        "anchor"
            | "at"
            | "big"
            | "blink"
            | "bold"
            | "charAt"
            | "charCodeAt"
            | "codePointAt"
            | "concat"
            | "endsWith"
            | "fixed"
            | "fontcolor"
            | "fontsize"
            | "includes"
            | "indexOf"
            | "isWellFormed"
            | "italics"
            | "lastIndexOf"
            | "length"
            | "link"
            | "localeCompare"
            | "match"
            | "matchAll"
            | "normalize"
            | "padEnd"
            | "padStart"
            | "repeat"
            | "replace"
            | "replaceAll"
            | "search"
            | "slice"
            | "small"
            | "split"
            | "startsWith"
            | "strike"
            | "sub"
            | "substr"
            | "substring"
            | "sup"
            | "toLocaleLowerCase"
            | "toLocaleUpperCase"
            | "toLowerCase"
            | "toUpperCase"
            | "toWellFormed"
            | "trim"
            | "trimEnd"
            | "trimLeft"
            | "trimRight"
            | "trimStart"
    )
}

/// Members of `Number.prototype` and `Boolean.prototype`, apart from those of `Object.prototype`.
pub(crate) fn is_number_member(name: &str) -> bool {
    matches!(name, "toExponential" | "toFixed" | "toPrecision")
}
