// Media types by the names of files, and back.
(function () {
  'use strict';

  const TYPES = {
    txt: 'text/plain', csv: 'text/csv', html: 'text/html', htm: 'text/html', css: 'text/css', xml: 'application/xml',
    json: 'application/json', pdf: 'application/pdf', zip: 'application/zip', gz: 'application/gzip', png: 'image/png',
    jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', svg: 'image/svg+xml', webp: 'image/webp', ico: 'image/x-icon',
    bmp: 'image/bmp', tiff: 'image/tiff', mp3: 'audio/mpeg', wav: 'audio/wav', ogg: 'audio/ogg', m4a: 'audio/mp4',
    mp4: 'video/mp4', webm: 'video/webm', mov: 'video/quicktime', avi: 'video/x-msvideo', md: 'text/markdown',
    ics: 'text/calendar', js: 'text/javascript', rtf: 'application/rtf', doc: 'application/msword',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', xls: 'application/vnd.ms-excel',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', ppt: 'application/vnd.ms-powerpoint',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation', yaml: 'text/yaml', yml: 'text/yaml',
  };
  const starts = (content, ...own) => own.every((byte, at) => content[at] === byte);
  return {
    byName: (name) => TYPES[/\.([^./]+)$/.exec(`${name}`)?.[1]?.toLowerCase()],
    byContent: (content) => {
      if (starts(content, 0x89, 0x50, 0x4e, 0x47)) return 'image/png';
      if (starts(content, 0xff, 0xd8, 0xff)) return 'image/jpeg';
      if (starts(content, 0x47, 0x49, 0x46, 0x38)) return 'image/gif';
      if (starts(content, 0x25, 0x50, 0x44, 0x46)) return 'application/pdf';
      if (starts(content, 0x50, 0x4b, 0x03, 0x04)) return 'application/zip';
      if (starts(content, 0x1f, 0x8b)) return 'application/gzip';
      if (starts(content, 0x49, 0x44, 0x33)) return 'audio/mpeg';
      return undefined;
    },
    extension: (type) => (type === 'image/jpeg' ? 'jpeg' : Object.keys(TYPES).find((own) => TYPES[own] === type)),
    kind: (type) => {
      if (type.startsWith('application/json')) return 'json';
      if (type.startsWith('text/html')) return 'html';
      if (type.startsWith('application/pdf')) return 'pdf';
      return ['image', 'audio', 'video', 'text'].find((own) => type.startsWith(`${own}/`));
    },
  };
})
