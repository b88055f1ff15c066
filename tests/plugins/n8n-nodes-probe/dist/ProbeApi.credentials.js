'use strict';
class ProbeApi {
  constructor() {
    this.name = 'probeApi'; this.displayName = 'Probe API';
    this.properties = [
      { displayName: 'URL', name: 'url', type: 'string', default: '' },
      { displayName: 'Key', name: 'key', type: 'string', typeOptions: { password: true }, default: '' },
    ];
    this.authenticate = { type: 'generic', properties: { headers: { 'X-Key': '={{$credentials.key}}' } } };
  }
}
exports.ProbeApi = ProbeApi;
