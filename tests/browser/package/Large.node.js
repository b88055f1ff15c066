'use strict';
// A form with as many properties as the largest of n8n's: twenty resources, each with operations that have their own.

const RESOURCES = 20;
const OPERATIONS = ['create', 'get', 'getAll', 'update', 'delete'];

const title = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function properties() {
  const resources = Array.from({ length: RESOURCES }, (_, at) => `thing${at}`);
  const form = [{ displayName: 'Resource', name: 'resource', type: 'options', noDataExpression: true, default: 'thing0', options: resources.map((value) => ({ name: title(value), value })) }];
  for (const resource of resources) {
    const operations = OPERATIONS.map((value) => ({ name: title(value), value, action: `${title(value)} a ${resource}` }));
    form.push({ displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, default: 'create', options: operations, displayOptions: { show: { resource: [resource] } } });
    for (const operation of OPERATIONS) {
      const displayOptions = { show: { resource: [resource], operation: [operation] } };
      const text = (name) => ({ displayName: title(name), name, type: 'string', default: '', description: `The ${name} of the ${resource}, as it is written there`, displayOptions });
      form.push(
        { ...text('title'), required: true },
        text('summary'),
        { ...text(`${resource}Id`), displayName: 'ID' },
        { displayName: 'Simplify', name: 'simple', type: 'boolean', default: true, displayOptions },
        { displayName: 'Limit', name: 'limit', type: 'number', default: 50, displayOptions: { show: { ...displayOptions.show, simple: [true] } } },
        { displayName: 'Kind', name: 'kind', type: 'options', default: 'a', options: ['a', 'b', 'c', 'd'].map((value) => ({ name: title(value), value })), displayOptions },
        { displayName: 'Details', name: 'details', type: 'string', default: '', typeOptions: { rows: 4 }, displayOptions: { show: { ...displayOptions.show, kind: ['b'] } } },
        { displayName: 'Options', name: 'options', type: 'collection', default: {}, placeholder: 'Add Option', displayOptions, options: ['first', 'second', 'third'].map((name) => ({ displayName: title(name), name, type: 'string', default: '' })) },
        { displayName: 'Properties', name: 'properties', type: 'fixedCollection', default: {}, typeOptions: { multipleValues: true }, displayOptions, options: [{ name: 'property', displayName: 'Property', values: [{ displayName: 'Key', name: 'key', type: 'string', default: '' }, { displayName: 'Value', name: 'value', type: 'string', default: '' }] }] },
      );
    }
  }
  return form;
}

class Large {
  constructor() {
    this.description = {
      displayName: 'Large', name: 'large', group: ['transform'], version: 1, description: 'Has a large form', defaults: { name: 'Large' }, inputs: ['main'], outputs: ['main'],
      properties: properties(),
    };
  }

  async execute() {
    return [this.getInputData()];
  }
}
exports.Large = Large;
