'use strict';
// Keeps rows in tables, or says that it does: choices, columns and conditions as packages have them.

const TABLES = {
  people: [
    { id: 'email', displayName: 'E-mail', required: true, defaultMatch: true, display: true, type: 'string' },
    { id: 'age', displayName: 'Age', required: false, defaultMatch: false, display: true, type: 'number' },
    { id: 'active', displayName: 'Active', required: false, defaultMatch: false, canBeUsedToMatch: false, display: true, type: 'boolean' },
    { id: 'team', displayName: 'Team', required: false, defaultMatch: false, display: true, type: 'options', options: [{ name: 'Red', value: 'red' }, { name: 'Blue', value: 'blue' }] },
  ],
  cities: [
    { id: 'name', displayName: 'Name', required: true, defaultMatch: true, display: true, type: 'string' },
    { id: 'country', displayName: 'Country', required: false, defaultMatch: false, display: true, type: 'string' },
  ],
};

const columns = (operation, mode) => ({
  displayName: 'Columns', name: 'columns', type: 'resourceMapper', noDataExpression: true, default: { mappingMode: 'defineBelow', value: null }, required: true,
  typeOptions: {
    loadOptionsDependsOn: ['table'],
    resourceMapper: { resourceMapperMethod: 'getColumns', mode, addAllFields: true, multiKeyMatch: false, supportAutoMap: true, fieldWords: { singular: 'column', plural: 'columns' } },
  },
  displayOptions: { show: { operation: [operation] } },
});

class Ledger {
  constructor() {
    this.description = {
      displayName: 'Ledger', name: 'ledger', group: ['output'], version: 1, description: 'Keeps rows in tables',
      defaults: { name: 'Ledger' }, inputs: ['main'], outputs: ['main'],
      properties: [
        {
          displayName: 'Operation', name: 'operation', type: 'options', noDataExpression: true, default: 'add',
          options: [
            { name: 'Add a Row', value: 'add' },
            { name: 'Add or Update a Row', value: 'upsert' },
            { name: 'Count the Rows', value: 'count' },
            { name: 'Empty the Table', value: 'empty', displayOptions: { show: { dangerous: [true] } } },
          ],
        },
        { displayName: 'Offer Dangerous Operations', name: 'dangerous', type: 'boolean', default: false },
        { displayName: 'Table Name or ID', name: 'table', type: 'options', typeOptions: { loadOptionsMethod: 'getTables' }, default: '', required: true, description: 'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>' },
        columns('add', 'add'),
        columns('upsert', 'upsert'),
        { displayName: 'Note', name: 'note', type: 'string', default: '', disabledOptions: { show: { operation: ['count'] } } },
      ],
    };
    this.methods = {
      loadOptions: {
        async getTables() {
          return [{ name: 'People', value: 'people', description: 'Who is <b>there</b>' }, { name: 'Cities', value: 'cities' }, { name: 'Locked', value: 'locked' }];
        },
      },
      resourceMapping: {
        async getColumns() {
          const fields = TABLES[this.getCurrentNodeParameter('table')];
          if (!fields) throw new Error('The table cannot be read');
          return { fields };
        },
      },
    };
  }

  async execute() {
    const made = this.getInputData().map((item, index) => {
      const operation = this.getNodeParameter('operation', index);
      const written = { operation, table: this.getNodeParameter('table', index) };
      if (operation === 'add' || operation === 'upsert') {
        const isAutomatic = this.getNodeParameter('columns.mappingMode', index) === 'autoMapInputData';
        written.row = isAutomatic ? item.json : this.getNodeParameter('columns.value', index);
      }
      return { json: written, pairedItem: { item: index } };
    });
    return [made];
  }
}
exports.Ledger = Ledger;
