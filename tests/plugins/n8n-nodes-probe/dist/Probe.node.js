'use strict';
const workflow = require('n8n-workflow');
class Probe {
  constructor() {
    this.description = {
      displayName: 'Probe', name: 'probe', group: ['transform'], version: 1, description: 'Runs a script',
      defaults: { name: 'Probe' }, inputs: ['main'], outputs: ['main'],
      credentials: [{ name: 'probeApi', required: false }],
      properties: [
        { displayName: 'Script', name: 'script', type: 'string', default: '' , noDataExpression: true},
        { displayName: 'Text', name: 'text', type: 'string', default: 'abc' },
        { displayName: 'More', name: 'more', type: 'collection', default: {}, options: [ { displayName: 'A', name: 'a', type: 'string', default: 'x' } ] },
        { displayName: 'Loc', name: 'loc', type: 'resourceLocator', default: { mode: 'list', value: '' }, modes: [ { displayName: 'List', name: 'list', type: 'list' }, { displayName: 'URL', name: 'url', type: 'string', extractValue: { type: 'regex', regex: 'https://x.test/([0-9]+)' } } ] },
      ],
    };
  }
  async execute() {
    const AsyncFunction = (async () => {}).constructor;
    const script = this.getNodeParameter('script', 0);
    const tell = (e) => { const o = {}; for (const k of Object.getOwnPropertyNames(e)) { if (k === 'stack' || k === 'node' || k === 'timestamp') continue; try { o[k] = JSON.parse(JSON.stringify(e[k], (kk, v) => (typeof v === 'function' ? 'fn' : kk === 'agents' || kk==='node' ? undefined : v)) ?? 'null'); } catch (x) { o[k] = 'circular:' + Object.keys(e[k]).join(','); } } return { class: e.constructor.name, name: e.name, message: e.message, own: o }; };
    const result = await new AsyncFunction('self', 'workflow', 'tell', 'require', script)(this, workflow, tell, require);
    return [this.helpers.returnJsonArray(result === undefined ? {} : result)];
  }
}
exports.Probe = Probe;
