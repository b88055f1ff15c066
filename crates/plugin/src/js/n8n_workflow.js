// The package `n8n-workflow` as nodes see it: its names, and what they were recorded to do.
(function (kit) {
  'use strict';

  const { isArray } = Array;
  const isObject = (value) => typeof value === 'object' && value !== null;

  // ---- Errors.

  class BaseError extends Error {
    constructor(message, options = {}) {
      const { level = 'error', description, shouldReport, tags = {}, extra, cause } = options ?? {};
      super(message, cause === undefined ? undefined : { cause });
      this.level = level;
      this.shouldReport = shouldReport ?? (level === 'error' || level === 'fatal');
      this.description = description;
      this.tags = tags;
      this.extra = extra;
      this.packageName = undefined;
    }
  }
  class UnexpectedError extends BaseError {}
  class OperationalError extends BaseError {
    constructor(message, options = {}) { super(message, { level: 'warning', ...options }); }
  }
  class UserError extends BaseError {
    constructor(message, options = {}) { super(message, { level: 'info', ...options }); }
  }
  class ApplicationError extends Error {
    constructor(message, { level, tags = {}, extra, ...options } = {}) {
      super(message, options);
      this.level = level ?? 'error';
      this.tags = tags;
      this.extra = extra;
    }
  }
  class ExecutionBaseError extends UnexpectedError {
    constructor(message, options = {}) {
      super(message, options);
      const { cause, errorResponse } = options ?? {};
      if (cause instanceof ExecutionBaseError) this.context = cause.context;
      else if (cause !== undefined && !(cause instanceof Error)) this.cause = cause;
      this.errorResponse = errorResponse;
      this.context ??= {};
      this.timestamp = Date.now();
      this.lineNumber = undefined;
      this.functionality = 'regular';
      this.name = this.constructor.name;
    }
    toJSON() {
      return {
        message: this.message, lineNumber: this.lineNumber, timestamp: this.timestamp, name: this.name,
        description: this.description, context: this.context, cause: this.cause,
      };
    }
  }
  class ExpressionError extends ExecutionBaseError {
    constructor(message, options = {}) {
      super(message, { level: 'warning', ...options });
      if (options.description !== undefined) this.description = options.description;
      for (const key of ['causeDetailed', 'descriptionTemplate', 'descriptionKey', 'itemIndex', 'messageTemplate', 'nodeCause', 'parameter', 'runIndex', 'type']) {
        if (options[key] !== undefined) this.context[key] = options[key];
      }
    }
  }
  class WorkflowOperationError extends ExecutionBaseError {
    constructor(message, node, description) {
      super(message, { level: 'warning' });
      this.node = node;
      this.description = description;
    }
  }

  // What people read in place of a system's code.
  const SYSTEM = [
    ['ECONNREFUSED', 'The service refused the connection - perhaps it is offline'],
    ['ECONNRESET', 'The connection to the server was closed unexpectedly, perhaps it is offline. You can retry the request immediately or wait and retry later.'],
    ['ENOTFOUND', 'The connection cannot be established, this usually occurs due to an incorrect host (domain) value'],
    ['ETIMEDOUT', "The connection timed out, consider setting the 'Retry on Fail' option in the node settings"],
    ['ERRADDRINUSE', 'The port is already occupied by some other application, if possible change the port or kill the application that is using it'],
    ['EADDRNOTAVAIL', 'The address is not available, ensure that you have the right IP address'],
    ['ECONNABORTED', 'The connection was aborted, perhaps the server is offline'],
    ['EHOSTUNREACH', 'The host is unreachable, perhaps the server is offline'],
    ['EAI_AGAIN', 'The DNS server returned an error, perhaps the server is offline'],
    ['ENOENT', 'The file or directory does not exist'],
    ['EISDIR', 'The file path was expected but the given path is a directory'],
    ['ENOTDIR', 'The directory path was expected but the given path is a file'],
    ['EACCES', 'Forbidden by access permissions, make sure you have the right permissions'],
    ['EEXIST', 'The file or directory already exists'],
    ['EPERM', 'Operation not permitted, make sure you have the right permissions'],
    ['GETADDRINFO', 'The server closed the connection unexpectedly'],
  ];
  const STATUS = {
    400: 'Bad request - please check your parameters',
    401: 'Authorization failed - please check your credentials',
    402: 'Payment required - perhaps check your payment details?',
    403: 'Forbidden - perhaps check your credentials?',
    404: 'The resource you are requesting could not be found',
    405: 'Method not allowed - please check you are using the right HTTP method',
    429: 'The service is receiving too many requests from you',
    500: 'The service was not able to process your request',
    502: 'Bad gateway - the service failed to handle your request',
    503: 'Service unavailable - try again later or consider setting this node to retry automatically (in the node settings)',
    504: 'Gateway timed out - perhaps try again later?',
  };
  const OTHER_4XX = 'Your request is invalid or could not be processed by the service';
  const OTHER_5XX = 'The service failed to process your request';
  const UNKNOWN = 'There was an unknown issue while executing the node';
  const UNKNOWN_DESCRIPTION = 'Double-check the node configuration and the service it connects to. Check the error details below and refer to the <a href="https://docs.n8n.io" target="_blank">n8n documentation</a> to troubleshoot the issue.';

  // The engine's words for a mistake of the code, as people know them from Node.js.
  const inUsualWords = (text) => text
    .replace(/^cannot read property '(.*?)' of (undefined|null)/, (_, name, what) => (name === 'Symbol.iterator'
      ? `${what} is not iterable (cannot read property Symbol(Symbol.iterator))` : `Cannot read properties of ${what} (reading '${name}')`))
    .replace(/^cannot set property '(.*?)' of (undefined|null)/, "Cannot set properties of $2 (setting '$1')")
    .replace(/^(value|object) is not iterable/, 'object is not iterable')
    .replace(/^Date value is NaN$/, 'Invalid time value')
    .replace(/^not a object$/, 'CreateListFromArrayLike called on non-object')
    .replace(/^cannot convert to object$/, 'Cannot convert undefined or null to object')
    .replace(/^unexpected token: '(.)'.*$/, "Unexpected token '$1'");

  const MESSAGE_KEYS = [
    'cause', 'error', 'message', 'Message', 'msg', 'messages', 'description', 'reason', 'detail', 'details', 'errors',
    'errorMessage', 'errorMessages', 'ErrorMessage', 'error_message', '_error_message', 'errorDescription',
    'error_description', 'error_summary', 'error_info', 'title', 'text', 'field', 'err', 'type',
  ];
  const STATUS_KEYS = ['statusCode', 'status', 'code', 'status_code', 'errorCode', 'error_code'];
  const NESTED_KEYS = ['error', 'err', 'response', 'body', 'data'];

  // The first text under one of the names, in the object or below.
  const findText = (object, keys, nested, seen = new Set()) => {
    if (!isObject(object) || seen.has(object)) return null;
    seen.add(object);
    for (const key of keys) {
      let value;
      try { value = object[key]; } catch { continue; }
      if (!value) continue;
      if (typeof value === 'string') return value;
      if (typeof value === 'number') return `${value}`;
      if (isArray(value)) {
        const texts = value
          .map((each) => (typeof each === 'string' || typeof each === 'number' ? `${each}` : findText(each, keys, nested, seen)))
          .filter((text) => text !== null);
        if (texts.length > 0) return texts.join(' | ');
      } else if (isObject(value)) {
        const found = findText(value, keys, nested, seen);
        if (found) return found;
      }
    }
    for (const key of nested) {
      const value = object[key];
      if (isObject(value) && !isArray(value)) {
        const found = findText(value, keys, nested, seen);
        if (found) return found;
      }
    }
    return null;
  };

  class NodeError extends ExecutionBaseError {
    constructor(node, error) {
      const own = typeof error === 'string' ? new UserErrorLike(error) : error;
      if (own instanceof Error) super(inUsualWords(own.message), { cause: own, level: 'warning' });
      else super('', { errorResponse: own, level: 'warning' });
      this.messages = [];
      this.level = 'warning';
      this.shouldReport = true;
      Object.defineProperty(this, 'node', { value: node, writable: true, configurable: true, enumerable: true });
      if (own instanceof NodeError) {
        this.level = own.level ?? 'warning';
        this.description = own.description;
        this.messages = [...(own.messages ?? [])];
      }
    }
    // A known code of the system in the message gives way to what it means.
    explain(code) {
      const text = this.message ?? '';
      const found = SYSTEM.find(([known]) => code === known) ?? SYSTEM.find(([known]) => text.toUpperCase().includes(known));
      if (found === undefined) return false;
      this.messages.push(text);
      this.message = found[1];
      return true;
    }
  }
  class UserErrorLike extends OperationalError {}

  class NodeOperationError extends NodeError {
    constructor(node, error, options = {}) {
      if (error instanceof NodeOperationError) {
        super(node, error);
        Object.assign(this, {
          message: error.message, description: error.description, level: error.level, messages: error.messages,
          context: { ...error.context, ...(options?.itemIndex === undefined ? {} : {}) }, functionality: error.functionality, type: error.type,
        });
        return error;
      }
      if (typeof error === 'string') error = new OperationalError(error, { level: options?.level ?? 'warning', cause: undefined });
      super(node, error);
      options ??= {};
      if (options.message) this.message = options.message;
      this.level = options.level ?? 'warning';
      this.functionality = options.functionality ?? 'regular';
      this.type = options.type;
      this.description = options.description || undefined;
      if (options.runIndex !== undefined) this.context.runIndex = options.runIndex;
      if (options.itemIndex !== undefined) this.context.itemIndex = options.itemIndex;
      for (const key of ['metadata', 'nodeCause']) if (options[key] !== undefined) this.context[key] = options[key];
      if (this.message === this.description) this.description = undefined;
      this.explain();
    }
  }
  class WorkflowConfigurationError extends NodeOperationError {}

  class NodeApiError extends NodeError {
    constructor(node, response, options = {}) {
      if (response instanceof NodeApiError) return response;
      super(node, response ?? {});
      const { message, description, httpCode, level, functionality, itemIndex, runIndex, type } = options ?? {};
      const given = response ?? {};
      this.functionality = functionality ?? 'regular';
      if (type !== undefined) this.context.type = type;
      const answer = given.response;
      const data = isObject(answer) ? answer.data ?? answer.body : undefined;
      this.httpCode = httpCode ?? null;
      if (httpCode === undefined || httpCode === null) {
        const code = given.httpCode ?? answer?.status ?? answer?.statusCode ?? given.statusCode ?? given.status
          ?? (typeof given.code === 'string' && /^ERR_/.test(given.code) ? undefined : given.code)
          ?? given.status_code ?? given.errorCode ?? given.error_code ?? given.cause?.status ?? given.error?.code ?? given.error?.status;
        if (code !== undefined && code !== null && (typeof code === 'string' || typeof code === 'number')) this.httpCode = `${code}`;
      }
      this.level = level ?? 'warning';
      if (isObject(answer) && answer.data !== undefined && isObject(answer.data)) this.context.data = answer.data;

      const own = typeof given.message === 'string' ? given.message : undefined;
      // What the service says.
      let told = description;
      if (told === undefined || told === null || told === '') {
        const body = isObject(data) ? data : undefined;
        told = (body && (typeof body.message === 'string' ? body.message : typeof body.error?.message === 'string' ? body.error.message : undefined))
          ?? (typeof given.description === 'string' ? given.description : undefined);
        if (told === undefined && !(given instanceof Error && !isObject(answer) && given.error === undefined)) {
          const source = body ?? (isObject(given.error) || isArray(given.errors) ? { error: given.error, errors: given.errors } : undefined);
          told = (source && findText(source, MESSAGE_KEYS, NESTED_KEYS)) ?? undefined;
        }
      }
      if (own) this.messages.push(own);
      if (message) {
        this.message = message;
        this.description = told || undefined;
      } else if (SYSTEM.some(([code]) => code === this.httpCode)) {
        this.message = own ?? '';
        this.description = told || undefined;
        this.explain(this.httpCode);
      } else if (/^[45]\d\d$/.test(this.httpCode ?? '')) {
        this.message = STATUS[this.httpCode] ?? (this.httpCode[0] === '4' ? OTHER_4XX : OTHER_5XX);
        this.description = told || (isObject(data) ? undefined : own) || undefined;
      } else {
        const text = own || findText(given, MESSAGE_KEYS, NESTED_KEYS);
        if (text) {
          this.message = text;
          this.description = told || undefined;
          if (this.explain()) this.messages.splice(0, this.messages.length - 1);
        } else {
          this.message = UNKNOWN;
          this.description = UNKNOWN_DESCRIPTION;
        }
      }
      if (this.message === this.description) this.description = undefined;
      if (runIndex !== undefined) this.context.runIndex = runIndex;
      if (itemIndex !== undefined) this.context.itemIndex = itemIndex;
    }
  }
  class NodeSslError extends ExecutionBaseError {
    constructor(cause) {
      super("SSL Issue: consider using the 'Ignore SSL issues' option", { cause });
    }
  }
  class TriggerCloseError extends ApplicationError {
    constructor(node, { cause, level } = {}) {
      super('Trigger Close Failed', { cause, extra: { nodeName: node?.name } });
      this.node = node;
      this.level = level ?? 'error';
    }
  }
  class ManualExecutionCancelledError extends ExecutionBaseError {}

  // ---- Words.

  const NodeConnectionTypes = {
    AiAgent: 'ai_agent', AiChain: 'ai_chain', AiDocument: 'ai_document', AiEmbedding: 'ai_embedding',
    AiLanguageModel: 'ai_languageModel', AiMemory: 'ai_memory', AiOutputParser: 'ai_outputParser',
    AiRetriever: 'ai_retriever', AiReranker: 'ai_reranker', AiTextSplitter: 'ai_textSplitter', AiTool: 'ai_tool',
    AiVectorStore: 'ai_vectorStore', Main: 'main',
  };
  const CONSTANTS = {
    BINARY_ENCODING: 'base64',
    BINARY_MODE_COMBINED: 'combined',
    WAIT_NODE_TYPE: 'n8n-nodes-base.wait',
    WAIT_INDEFINITELY: new Date('3000-01-01T00:00:00.000Z'),
    FORM_NODE_TYPE: 'n8n-nodes-base.form',
    FORM_TRIGGER_NODE_TYPE: 'n8n-nodes-base.formTrigger',
    FORM_TRIGGER_PATH_IDENTIFIER: 'n8n-form',
    CHAT_TRIGGER_NODE_TYPE: '@n8n/n8n-nodes-langchain.chatTrigger',
    WEBHOOK_NODE_TYPE: 'n8n-nodes-base.webhook',
    MYSQL_NODE_TYPE: 'n8n-nodes-base.mySql',
    POSTGRES_NODE_TYPE: 'n8n-nodes-base.postgres',
    EXECUTE_WORKFLOW_TRIGGER_NODE_TYPE: 'n8n-nodes-base.executeWorkflowTrigger',
    EVALUATION_TRIGGER_NODE_TYPE: 'n8n-nodes-base.evaluationTrigger',
    SEND_AND_WAIT_OPERATION: 'sendAndWait',
    AI_TRANSFORM_CODE_GENERATED_FOR_PROMPT: 'codeGeneratedForPrompt',
    AI_TRANSFORM_JS_CODE: 'jsCode',
    FROM_AI_AUTO_GENERATED_MARKER: '/*n8n-auto-generated-fromAI-override*/',
    NODES_WITH_RENAMABLE_CONTENT: new Set(['n8n-nodes-base.code', 'n8n-nodes-base.function', 'n8n-nodes-base.functionItem', 'n8n-nodes-base.aiTransform']),
    CUSTOM_API_CALL_KEY: '__CUSTOM_API_CALL__',
    ALPHABET: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  };

  class VersionedNodeType {
    constructor(nodeVersions, description) {
      this.nodeVersions = nodeVersions;
      this.currentVersion = description.defaultVersion ?? this.getLatestVersion();
      this.description = description;
    }
    getLatestVersion() { return Math.max(...Object.keys(this.nodeVersions).map(Number)); }
    getNodeType(version) { return version ? this.nodeVersions[version] : this.nodeVersions[this.currentVersion]; }
  }
  class Node {}

  // ---- Small tools.

  const jsonParse = (text, options) => {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (options?.acceptJSObject) {
        const relaxed = kit.relaxedJson(`${text}`);
        if (relaxed !== undefined) return relaxed.value;
      }
      if (options?.repairJSON) {
        const repaired = kit.relaxedJson(`${text}`);
        if (repaired !== undefined) return repaired.value;
      }
      if (options?.fallbackValue !== undefined) {
        return typeof options.fallbackValue === 'function' ? options.fallbackValue() : options.fallbackValue;
      }
      if (options?.errorMessage) throw new UserError(options.errorMessage);
      throw error;
    }
  };
  const replaceCircular = (value, known = new WeakSet()) => {
    if (!isObject(value) || value instanceof RegExp) return value;
    if (typeof value.toJSON === 'function') return value.toJSON();
    if (known.has(value)) return '[Circular Reference]';
    known.add(value);
    const made = isArray(value) ? [] : {};
    for (const key of Object.keys(value)) made[key] = replaceCircular(value[key], known);
    known.delete(value);
    return made;
  };
  const deepCopy = (value, known = new WeakMap()) => {
    if (!isObject(value) || typeof value === 'function') return value;
    if (typeof value.toJSON === 'function') return value.toJSON();
    const before = known.get(value);
    if (before !== undefined) return before;
    const made = isArray(value) ? [] : {};
    known.set(value, made);
    for (const key of Object.keys(value)) made[key] = deepCopy(value[key], known);
    return made;
  };
  const isObjectEmpty = (value) => {
    if (value === undefined || value === null) return true;
    if (typeof value === 'object') {
      if (isArray(value)) return value.length === 0;
      if (value instanceof Set || value instanceof Map) return value.size === 0;
      if (value instanceof Date) return false;
      for (const _ in value) return false;
      return true;
    }
    return true;
  };
  const updateDisplayOptions = (displayOptions, properties) => properties.map((property) => ({
    ...property,
    displayOptions: merged(property.displayOptions, displayOptions),
  }));
  const merged = (one, other) => {
    const made = { ...one };
    for (const key of Object.keys(other ?? {})) made[key] = isObject(made[key]) && isObject(other[key]) ? mergedDeep(made[key], other[key]) : other[key];
    return made;
  };
  const mergedDeep = (one, other) => {
    if (isArray(one) && isArray(other)) return one.map((value, at) => (at < other.length ? other[at] : value)).concat(other.slice(one.length));
    const made = { ...one };
    for (const key of Object.keys(other)) {
      made[key] = isObject(made[key]) && isObject(other[key]) ? mergedDeep(made[key], other[key]) : other[key];
    }
    return made;
  };
  const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  const sleepWithAbort = (ms, signal) => new Promise((resolve, reject) => {
    if (signal?.aborted) { reject(new ManualExecutionCancelledError('')); return; }
    setTimeout(resolve, ms);
  });
  const randomInt = (low, high) => {
    const [from, to] = high === undefined ? [0, low] : [low, high];
    return from + Math.floor(Math.random() * (to - from));
  };
  const randomString = (low, high) => {
    const length = high === undefined ? low : randomInt(low, high + 1);
    let text = '';
    for (let at = 0; at < length; at += 1) text += CONSTANTS.ALPHABET[randomInt(CONSTANTS.ALPHABET.length)];
    return text;
  };
  const UNSAFE = new Set(['__proto__', 'prototype', 'constructor', 'getPrototypeOf', 'mainModule', 'binding', '_load', '__defineGetter__', '__defineSetter__', '__lookupGetter__', '__lookupSetter__']);
  const isSafeObjectProperty = (name) => !UNSAFE.has(name);
  const setSafeObjectProperty = (target, name, value) => {
    if (isSafeObjectProperty(name)) target[name] = value;
  };
  const sanitizeXmlName = (name) => (UNSAFE.has(name) ? `sanitized_${name}` : name);
  const assertTyped = (name, value, wanted, check, node) => {
    if (check(value)) return;
    throw new NodeOperationError(node, `Parameter "${name}" is not ${wanted}`, { level: 'info' });
  };
  const assertParamIsString = (name, value, node) => assertTyped(name, value, 'string', (own) => typeof own === 'string', node);
  const assertParamIsNumber = (name, value, node) => assertTyped(name, value, 'number', (own) => typeof own === 'number', node);
  const assertParamIsBoolean = (name, value, node) => assertTyped(name, value, 'boolean', (own) => typeof own === 'boolean', node);
  const assertParamIsArray = (name, value, validator, node) => {
    assertTyped(name, value, 'an array', isArray, node);
    if (!value.every(validator)) throw new NodeOperationError(node, `Parameter "${name}" has elements that don't match expected types`, { level: 'info' });
  };
  const assertParamIsOfAnyTypes = (name, value, types, node) => assertTyped(name, value, types.join(' or '), (own) => types.includes(typeof own), node);
  // What a parameter of a node may be; one that is not there may be anything.
  const KINDS = { string: (own) => typeof own === 'string', number: (own) => typeof own === 'number', boolean: (own) => typeof own === 'boolean', 'resource-locator': (own) => isResourceLocatorValue(own) };
  const isOfKind = (value, kind) => (kind.endsWith('[]') ? isArray(value) && (kind === 'any[]' || value.every((own) => isOfKind(own, kind.slice(0, -2)))) : KINDS[kind]?.(value) ?? true);
  const validateNodeParameters = (parameters, wanted, node) => {
    for (const [name, { type, required }] of Object.entries(wanted)) {
      const value = parameters[name];
      if (value === undefined || value === null) {
        if (required) throw new NodeOperationError(node, `Required parameter "${name}" is not set`, { level: 'info' });
        continue;
      }
      const kinds = isArray(type) ? type : [type];
      if (!kinds.some((kind) => isOfKind(value, kind))) throw new NodeOperationError(node, `Parameter "${name}" is not ${kinds.join(' or ')}`, { level: 'info' });
    }
  };
  // Expressions of webhooks, from the names of parameters and from functions.
  const fromParameter = (path, fallback) => {
    const steps = (isArray(path) ? path : [path]).map((name) => `[${JSON.stringify(name)}]`).join('');
    return `={{$parameter${steps}${fallback === undefined ? '' : ` || ${JSON.stringify(fallback)}`}}}`;
  };
  const fromFunction = (work) => `={{(${work})($parameter)}}`;
  const isResourceLocatorValue = (value) => isObject(value) && 'mode' in value && 'value' in value && '__rl' in value;
  const isResourceMapperValue = (value) => isObject(value) && 'mappingMode' in value && 'schema' in value && 'value' in value;
  const isBinaryValue = (value) => isObject(value) && 'mimeType' in value && ('data' in value || 'id' in value);
  const toPathSegment = (value) => encodeURIComponent(`${value}`);
  const parseRegexLiteral = (text) => {
    const match = /^\/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\])+)\/([dgimsuvy]*)$/.exec(text);
    return match === null ? { pattern: text, flags: '' } : { pattern: match[1], flags: match[2] };
  };
  const removeCircularRefs = (value, known = new Set()) => {
    known.add(value);
    for (const key of Object.keys(value)) {
      const own = value[key];
      if (!isObject(own)) continue;
      if (known.has(own)) value[key] = '[Circular Reference]';
      else removeCircularRefs(own, known);
    }
  };
  const sanitizeFilename = (name) => `${name}`.replace(/[/\\?%*:|"<>\0]/g, '').replace(/\.\.+/g, '.') || 'untitled';
  const ensureError = (error) => (error instanceof Error ? error : new Error('Error that was not an instance of Error was thrown', { cause: error }));
  const assert = (condition, message) => {
    if (!condition) throw new Error(message ?? 'assertion failed');
  };
  const getValueDescription = (value) => {
    if (isObject(value) && !isArray(value)) return 'object';
    return isArray(value) ? 'array' : `'${value}'`;
  };
  const NodeHelpers = {
    getNodeParameters: (...given) => kit.nodeParameters(...given),
    isResourceLocatorValue,
    getVersionedNodeType: (type, version) => ('nodeVersions' in type ? type.getNodeType(version) : type),
  };
  const LoggerProxy = {};
  for (const level of ['debug', 'info', 'warn', 'error', 'verbose']) LoggerProxy[level] = (text) => console[level === 'verbose' ? 'debug' : level](`${text}`);
  LoggerProxy.init = () => {};

  const members = {
    ...CONSTANTS,
    ApplicationError, BaseError, ExecutionBaseError, ExpressionError, ManualExecutionCancelledError, Node, NodeApiError,
    NodeConnectionTypes, NodeConnectionType: NodeConnectionTypes, NodeError, NodeHelpers, NodeOperationError, NodeSslError,
    OperationalError, TriggerCloseError, UnexpectedError, UserError, VersionedNodeType, WorkflowConfigurationError,
    WorkflowOperationError, LoggerProxy,
    assert, assertParamIsArray, assertParamIsBoolean, assertParamIsNumber, assertParamIsOfAnyTypes, assertParamIsString,
    deepCopy, ensureError, getValueDescription, isBinaryValue, isObjectEmpty, isResourceLocatorValue, isResourceMapperValue,
    isSafeObjectProperty, jsonParse, jsonStringify: (value, options = {}) => JSON.stringify(options?.replaceCircularRefs ? replaceCircular(value) : value),
    parseRegexLiteral, randomInt, randomString, removeCircularRefs, replaceCircularReferences: replaceCircular,
    sanitizeFilename, sanitizeXmlName, setSafeObjectProperty, sleep, sleepWithAbort, toPathSegment, updateDisplayOptions,
    capitalize: (text) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`,
    fromFunction, fromParameter, webhookDescriptionFields: (fields) => fields, validateNodeParameters,
    fileTypeFromMimeType: kit.fileType,
    safeRegex: (pattern, flags) => new RegExp(pattern, flags),
    tryToParseUrl: (value) => {
      const text = typeof value === 'string' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? `http://${value}` : `${value}`;
      if (!URL.canParse(text)) throw new UserError(`The value "${value}" is not a valid url.`);
      return text;
    },
    tryToParseNumber: (value) => {
      const number = Number(value);
      if (!Number.isFinite(number)) throw new UserError('Failed to parse value to number', { extra: { value } });
      return number;
    },
  };
  // For the host alone: no package finds it.
  return { members, inUsualWords };
})
