'use strict';
exports.describe = () => require('./operations.json');
