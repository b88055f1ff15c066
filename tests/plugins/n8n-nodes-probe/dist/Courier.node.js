'use strict';
// A node as packages write them: it goes through its items by itself, and sends a message for each.
const { NodeOperationError } = require('n8n-workflow');
const { describe } = require('./lib/operations');

class Courier {
  constructor() {
    this.description = {
      displayName: 'Courier', name: 'courier', icon: 'file:courier.svg', group: ['output'], version: [1, 2],
      subtitle: '={{$parameter["operation"]}}', description: 'Sends messages', defaults: { name: 'Courier' },
      inputs: ['main'], outputs: ['main'], usableAsTool: true,
      credentials: [{ name: 'probeApi', required: true }],
      properties: [
        { displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, options: describe(), default: 'send' },
        { displayName: 'To', name: 'to', type: 'string', default: '', required: true, displayOptions: { show: { operation: ['send'] } } },
        { displayName: 'Text', name: 'text', type: 'string', default: '', displayOptions: { show: { operation: ['send'] } } },
        { displayName: 'Channel Name or ID', name: 'channel', type: 'options', typeOptions: { loadOptionsMethod: 'getChannels' }, default: '' },
      ],
    };
    this.methods = {
      loadOptions: {
        async getChannels() {
          const answer = await this.helpers.httpRequestWithAuthentication.call(this, 'probeApi', { url: `${(await this.getCredentials('probeApi')).url}/channels` });
          return answer.map((channel) => ({ name: channel.title, value: channel.id }));
        },
      },
    };
  }

  async execute() {
    const items = this.getInputData();
    const made = [];
    const { url } = await this.getCredentials('probeApi');
    for (let i = 0; i < items.length; i += 1) {
      try {
        const answer = await this.helpers.httpRequestWithAuthentication.call(this, 'probeApi', {
          method: 'POST', url: `${url}/messages`, body: { to: this.getNodeParameter('to', i), text: this.getNodeParameter('text', i) }, json: true,
        });
        made.push({ json: { ...answer, version: this.getNode().typeVersion }, pairedItem: { item: i } });
      } catch (error) {
        if (!this.continueOnFail()) throw new NodeOperationError(this.getNode(), error, { itemIndex: i });
        made.push({ json: { error: error.message }, pairedItem: { item: i } });
      }
    }
    return [made];
  }
}
exports.Courier = Courier;
