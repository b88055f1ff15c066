// What a node finds as `this`, and how its methods are called. A call comes with all that the node may ask for at once:
// items, resolved parameters, credentials; what takes the host's time goes through `host.ask`.
(function (host, kit) {
  'use strict';

  const { workflow, requests, Buffer, bytesOf, streamOf, types, hexOf } = kit;
  const { isArray } = Array;
  const { hasOwn } = Object;
  const isObject = (value) => typeof value === 'object' && value !== null;
  const { NodeApiError, NodeOperationError, UserError, UnexpectedError, ApplicationError } = workflow;

  // ---- Questions to the host.

  const waiting = new Map();
  let lastQuestion = 0;
  const ask = (call, kind, details, bytes) => {
    lastQuestion += 1;
    const id = lastQuestion;
    const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject, call }));
    try {
      host.ask(call, id, kind, JSON.stringify(details), bytes === undefined ? undefined : hexOf(bytes));
    } catch (error) {
      waiting.delete(id);
      throw error;
    }
    return answer;
  };
  const answer = (id, failure, head, bytes) => {
    const question = waiting.get(id);
    waiting.delete(id);
    if (question === undefined) return;
    active = question.call;
    if (failure !== undefined) {
      const error = new Error(failure.message);
      error.isOfHost = true;
      if (failure.code !== undefined) error.code = failure.code;
      if (failure.kind !== undefined) error.kind = failure.kind;
      question.reject(error);
    } else question.resolve({ ...head, body: bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
  };
  const forget = (id) => waiting.delete(id);

  const sender = (state) => (request) => {
    const { body, ...head } = request;
    return ask(state.id, 'http', { ...head, item: state.lastItem }, body);
  };
  const { httpRequest, request } = requests;
  // The call that goes on at the moment, as far as anybody can tell: it is that of a `fetch` without any `this`.
  let active;

  // ---- Parameters.

  const getPath = (object, path) => {
    let value = object;
    if (isObject(object) && hasOwn(object, path)) return object[path];
    for (const part of path.replace(/\[["']?([^\]"']+)["']?\]/g, '.$1').split('.')) {
      if (part === '') continue;
      if (!isObject(value) && typeof value !== 'string') return undefined;
      value = hasOwn(Object(value), part) ? value[part] : undefined;
    }
    return value;
  };
  const couldNotGet = (name) => new UserError(`Could not get parameter "${name}"`, { extra: { parameterName: name } });
  const converted = (state, name, value, type, index) => {
    const refuse = (text) => {
      const error = new workflow.ExpressionError(`Parameter '${name}' must be ${text}, but we got '${typeof value === 'string' ? value : JSON.stringify(value)}'`);
      Object.assign(error.context, { itemIndex: index, runIndex: state.given.runIndex ?? 0, nodeCause: state.given.node.name });
      throw error;
    };
    switch (type) {
      case 'string':
        return value === undefined || value === null ? '' : isObject(value) ? JSON.stringify(value) : String(value);
      case 'number': {
        const number = Number(value);
        if (Number.isNaN(number)) refuse('a number');
        return number;
      }
      case 'boolean':
        return Boolean(value);
      case 'object':
      case 'array':
      case 'json': {
        let own = value;
        if (typeof own === 'string') {
          try {
            own = JSON.parse(own);
          } catch {
            refuse(type === 'json' ? 'valid JSON' : `a valid ${type}`);
          }
        }
        if (type === 'object' && (!isObject(own) || isArray(own))) refuse('a valid object');
        if (type === 'array' && !isArray(own)) refuse('a valid array');
        return own;
      }
      default:
        return value;
    }
  };
  const parametersAt = (state, index) => {
    const { parameters, parameterOf } = state.given;
    const at = parameterOf === undefined ? 0 : parameterOf[index] ?? (index === 0 ? 0 : undefined);
    if (at === undefined) {
      const count = state.items.length;
      const error = new workflow.ExpressionError(`"${state.given.node.name}" node has ${count} item(s) but you're trying to access item ${index}`);
      error.functionality = 'pairedItem';
      Object.assign(error.context, { nodeCause: state.given.node.name, itemIndex: index, runIndex: state.given.runIndex ?? 0, type: 'no_execution_data', descriptionKey: 'pairedItemInvalidIndex' });
      throw error;
    }
    return parameters[at];
  };
  const copied = (value) => {
    if (!isObject(value)) return value;
    if (isArray(value)) return value.map(copied);
    const made = {};
    for (const key of Object.keys(value)) made[key] = copied(value[key]);
    return made;
  };
  const parameter = (state, name, index, fallback, options) => {
    const key = `${name}`;
    const value = getPath(parametersAt(state, index), key);
    let own = value === undefined ? getPath(state.given.node.parameters, key) : value;
    if (own === undefined) {
      if (fallback === undefined) throw couldNotGet(key);
      return fallback;
    }
    if (options?.rawExpressions) return copied(getPath(state.given.node.parameters, key));
    own = copied(own);
    if (options?.extractValue) own = host.extract(state.id, key, JSON.stringify(own), index);
    if (isObject(own) && own.__rl === true && options?.extractValue) own = own.value;
    if (options?.ensureType) own = converted(state, key, own, options.ensureType, index);
    return own;
  };

  // ---- Files of items.

  const fileOf = (state, index, name) => {
    const file = typeof name === 'object' && name !== null ? name : state.items[index]?.binary?.[name];
    if (file === undefined) {
      if (state.items[index]?.binary === undefined) {
        throw new NodeOperationError(state.given.node, "This operation expects the node's input data to contain a binary file, but none was found".replace('a binary file', `a binary file '${name}'`), {
          itemIndex: index, description: 'Make sure that the previous node outputs a binary file',
        });
      }
      throw new NodeOperationError(state.given.node, `The item has no binary field '${name}'`, {
        itemIndex: index, description: 'Check that the parameter where you specified the input binary field name is correct, and that it matches a field in the binary input',
      });
    }
    return file;
  };
  const contentsOf = (state, file) => {
    const kept = typeof file.id === 'string' ? host.file(state.id, file.id) : undefined;
    if (kept !== undefined) return Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
    return Buffer.from(`${file.data ?? ''}`, 'base64');
  };
  const sizeOf = (length) => {
    if (length < 1000) return `${length} B`;
    let size = length;
    let unit = -1;
    while (size >= 1000 && unit < 3) { size /= 1000; unit += 1; }
    return `${+size.toPrecision(3)} ${['kB', 'MB', 'GB', 'TB'][unit]}`;
  };
  const wholeOf = async (data) => {
    if (typeof data === 'string') return Buffer.from(data);
    if (typeof data?.readAll === 'function' && data.isAtEnd) return data.readAll();
    if (typeof data?.[Symbol.asyncIterator] === 'function') {
      const pieces = [];
      for await (const piece of data) pieces.push(Buffer.from(piece));
      return Buffer.concat(pieces);
    }
    return Buffer.from(bytesOf(data));
  };
  const prepareBinaryData = async (state, data, path, mimeType) => {
    const content = await wholeOf(data);
    const made = {};
    let type = mimeType;
    const fileName = path === undefined || path === null ? undefined : `${path}`.split('/').at(-1).split('?')[0];
    if (type === undefined) type = (fileName === undefined ? undefined : types.byName(fileName)) ?? types.byContent(content) ?? 'text/plain';
    made.mimeType = type;
    const fileType = types.kind(type);
    if (fileType !== undefined) made.fileType = fileType;
    if (fileName !== undefined) {
      const extension = /\.([^.]+)$/.exec(fileName)?.[1];
      made.fileName = fileName;
      const known = extension ?? types.extension(type);
      if (known !== undefined) made.fileExtension = known;
      const folder = `${path}`.includes('/') && !/^https?:/i.test(`${path}`) ? `${path}`.slice(0, `${path}`.lastIndexOf('/')) : '';
      if (folder !== '') made.directory = folder;
    } else {
      const known = types.extension(type);
      if (known !== undefined) made.fileExtension = known;
    }
    return keepFile(state, made, content);
  };
  const keepFile = (state, meta, content) => {
    const made = { ...meta, fileSize: sizeOf(content.length), bytes: content.length };
    delete made.id;
    Object.defineProperty(made, 'data', { value: content.toString('base64'), writable: true, configurable: true, enumerable: true });
    return made;
  };

  // ---- Helpers.

  const returnJsonArray = (given) => {
    const list = isArray(given) ? given : [given];
    return list.map((own) => {
      if (isObject(own) && own.json !== undefined) return { ...own, json: own.json };
      return { json: own };
    });
  };
  const constructExecutionMetaData = (items, { itemData }) => items.map((item) => {
    const { json, ...rest } = item;
    return { json, pairedItem: itemData, ...rest };
  });
  const normalizeItems = (given) => {
    if (typeof given === 'object' && !isArray(given)) return given.json ? [given] : [{ json: given }];
    if (given.every((own) => typeof own === 'object' && 'json' in own)) return given;
    if (given.some((own) => typeof own === 'object' && 'json' in own)) throw new UserError('Inconsistent item format');
    if (given.every((own) => typeof own === 'object' && 'binary' in own)) {
      return given.map((own) => {
        const json = {};
        for (const key of Object.keys(own)) if (key !== 'binary') json[key] = own[key];
        return { json, binary: own.binary };
      });
    }
    if (given.some((own) => typeof own === 'object' && 'binary' in own)) throw new UserError('Inconsistent item format');
    return given.map((json) => ({ json }));
  };

  // The error of a request that was to be signed, as nodes get it.
  const asApiError = (state, error) => {
    if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
    return new NodeApiError(state.given.node, error);
  };
  const declares = (state, type) => {
    const known = state.given.credentials?.[type];
    if (known === undefined) {
      throw new NodeOperationError(state.given.node, `Node type "${state.given.node.type}" does not have any credentials of type "${type}" defined`);
    }
    if (known.error !== undefined) throw new NodeOperationError(state.given.node, known.error, { description: known.description });
    return known;
  };
  // A credential type whose way to sign is a function signs in here, and one that fetches a token first; any other is signed
  // by the host.
  const fetchesToken = (type) => typeof kit.credentialType(type)?.preAuthentication === 'function';
  const fetchToken = async (state, type) => {
    const own = kit.credentialType(type);
    const { data } = declares(state, type);
    const more = await own.preAuthentication.call({ helpers: { httpRequest: (each) => httpRequest(sender(state), each) } }, copied(data));
    state.tokens[type] = more ?? {};
  };
  const signed = async (state, type, options) => {
    const known = declares(state, type);
    const own = kit.credentialType(type);
    let data = known.data;
    if (fetchesToken(type) && state.tokens[type] === undefined) {
      const expirable = own.properties?.find((property) => property.typeOptions?.expirable);
      if (expirable === undefined || !data[expirable.name]) await fetchToken(state, type);
    }
    data = { ...data, ...state.tokens[type] };
    if (own !== undefined && typeof own.authenticate === 'function') {
      return { options: await own.authenticate(copied(data), options), credential: undefined };
    }
    if (state.tokens[type] !== undefined && own?.authenticate?.type === 'generic') {
      // The host knows nothing of the token that the type has fetched for itself.
      const added = await evaluate(state, 0, own.authenticate.properties ?? {}, { $credentials: data });
      return { options: mergedRequest(options, added), credential: undefined };
    }
    return { options, credential: type };
  };
  // A read that is to be signed has no body where that would be empty.
  const withoutEmptyBody = (options) => {
    const isRead = ['GET', 'HEAD', 'OPTIONS'].includes(`${options.method ?? 'GET'}`.toUpperCase());
    if (!isRead || !isObject(options.body) || Object.keys(options.body).length > 0 || Object.getPrototypeOf(options.body) !== Object.prototype) return options;
    const { body, ...rest } = options;
    return rest;
  };
  const optionsOf = (first, second) => (typeof first === 'string' ? { ...second, uri: first } : { ...first, ...(isObject(second) ? second : {}) });

  const helpersOf = (state) => {
    const send = sender(state);
    const http = (options) => httpRequest(send, options);
    // A token that is refused is fetched once more.
    const renewing = async (type, work) => {
      try {
        try {
          return await work();
        } catch (error) {
          if (!fetchesToken(type) || ![error.response?.status, error.statusCode].includes(401)) throw error;
          await fetchToken(state, type);
          return await work();
        }
      } catch (error) {
        throw asApiError(state, error);
      }
    };
    const httpSigned = (type, options) => renewing(type, async () => {
      const ready = await signed(state, type, { ...options });
      return httpRequest(send, ready.options, ready.credential);
    });
    const plain = (first, second) => request(send, first, second);
    const plainSigned = (type, first, second) => renewing(type, async () => {
      const ready = await signed(state, type, withoutEmptyBody(optionsOf(first, second)));
      return request(send, ready.options, undefined, ready.credential);
    });
    const helpers = {
      httpRequest: http,
      httpRequestWithAuthentication(type, options) { return httpSigned(type, options); },
      request: plain,
      requestWithAuthentication(type, first) { return plainSigned(type, first); },
      requestOAuth1(type, first) { return plainSigned(type, first); },
      requestOAuth2(type, first) {
        const uses = isObject(first) && (first.uri !== undefined || first.form !== undefined || first.formData !== undefined || first.json !== undefined || first.simple !== undefined || first.resolveWithFullResponse !== undefined || first.url === undefined);
        return uses || typeof first === 'string' ? plainSigned(type, first) : httpSigned(type, first);
      },
      async requestWithAuthenticationPaginated(options, itemIndex, pagination, type) {
        const all = [];
        let count = 0;
        let last;
        const names = (response) => ({ $request: { ...options, qs: options.qs ?? {}, headers: options.headers ?? {}, body: options.body ?? {} }, $response: response, $version: state.given.node.typeVersion, $pageCount: count });
        for (;;) {
          const own = await evaluate(state, itemIndex, pagination.request ?? {}, names(last ?? {}));
          const page = mergedRequest(options, own);
          const response = await (type === undefined ? plain({ ...page, resolveWithFullResponse: true, simple: false }) : plainSigned(type, { ...page, resolveWithFullResponse: true, simple: false }));
          count += 1;
          last = response;
          if (response.statusCode >= 300) {
            if (!pagination.maxRequests && response.statusCode >= 300) throw Object.assign(new NodeApiError(state.given.node, { statusCode: response.statusCode, error: response.body }), {});
          }
          all.push(response);
          if (pagination.maxRequests && count >= pagination.maxRequests) break;
          const goesOn = await evaluate(state, itemIndex, pagination.continue, names(response));
          if (goesOn !== true && goesOn !== 'true') break;
        }
        return all;
      },
      returnJsonArray,
      constructExecutionMetaData,
      normalizeItems,
      copyInputItems: (items, properties) => items.map((item) => {
        const made = {};
        for (const name of properties) made[name] = item.json[name] === undefined ? null : workflow.deepCopy(item.json[name]);
        return made;
      }),
      createDeferredPromise() {
        const made = {};
        made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
        return made;
      },
      assertBinaryData: (index, name) => fileOf(state, index, name),
      async getBinaryDataBuffer(index, name) { return contentsOf(state, fileOf(state, index, name)); },
      async getBinaryStream(id) { return streamOf(contentsOf(state, { id })); },
      async getBinaryMetadata(id) { return { fileSize: contentsOf(state, { id }).length }; },
      async binaryToBuffer(own) { return wholeOf(own); },
      async binaryToString(own, encoding) { return (await wholeOf(own)).toString(encoding); },
      prepareBinaryData: (data, path, type) => prepareBinaryData(state, data, path, type),
      async setBinaryDataBuffer(file, data) { return keepFile(state, file, await wholeOf(data)); },
      detectBinaryEncoding: () => 'utf8',
      getBinaryPath: (id) => `${id}`,
      getStoragePath: () => '/',
      resolvePath: async (path) => path,
      isFilePathBlocked: () => true,
    };
    for (const name of ['createReadStream', 'writeContentToFile', 'copyBinaryFile', 'getSSHClient', 'createBinarySignedUrl', 'checkProcessedAndRecord', 'checkProcessedItemsAndRecord', 'removeProcessed', 'clearAllProcessedItems', 'getProcessedDataCount', 'registerCron', 'getDataTableProxy', 'getDataTableAggregateProxy', 'refreshOAuth2Token']) {
      helpers[name] = () => { throw new UserError(`helpers.${name} is not to be had in a plugin`); };
    }
    return helpers;
  };
  const mergedRequest = (options, own) => {
    const made = { ...options };
    for (const [key, value] of Object.entries(own ?? {})) made[key] = isObject(made[key]) && isObject(value) && !isArray(value) ? { ...made[key], ...value } : value;
    return made;
  };
  const evaluate = async (state, index, value, names) => {
    if (value === undefined || (typeof value === 'string' && !value.startsWith('=')) || typeof value === 'boolean' || typeof value === 'number') return value;
    const answered = await ask(state.id, 'evaluate', { item: index, value, names: JSON.parse(JSON.stringify(names, (_, own) => (own === undefined ? null : own))) });
    return answered.value;
  };

  // ---- `this`.

  const logger = {};
  for (const level of ['debug', 'info', 'warn', 'error', 'verbose']) logger[level] = (text) => console[level === 'verbose' ? 'debug' : level](`${text}`);

  const common = (state) => {
    const { given } = state;
    const self = {
      helpers: helpersOf(state),
      logger,
      getNode: () => copied(given.node),
      getWorkflow: () => copied(given.workflow),
      getMode: () => given.mode,
      getActivationMode: () => 'manual',
      getTimezone: () => given.timezone,
      getExecutionId: () => given.executionId,
      getInstanceId: () => given.instanceId ?? 'heddle',
      getRestApiUrl: () => 'http://localhost:5678/rest',
      getInstanceBaseUrl: () => 'http://localhost:5678/',
      getWorkflowSettings: () => copied(given.settings ?? {}),
      getKnownNodeTypes: () => ({}),
      getParentNodes: () => [],
      getChildNodes: () => [],
      getExecutionCancelSignal: () => state.signal,
      onExecutionCancellation() {},
      async getCredentials(type) { return { ...copied(declares(state, type).data), ...state.tokens[type] }; },
      getWorkflowStaticData(scope) {
        if (scope !== 'global' && scope !== 'node') throw new ApplicationError(`Unknown context type. Only \`global\` and \`node\` are supported.`);
        state.staticData ??= {};
        return (state.staticData[scope] ??= JSON.parse(host.staticData(state.id, scope === 'node')));
      },
      getContext: (scope) => ((state.contexts ??= {})[scope] ??= {}),
      continueOnFail: () => given.continueOnFail === true,
      evaluateExpression: (text, index = 0) => {
        const key = `${text}`;
        const found = host.evaluate(state.id, key, index);
        return found === undefined ? undefined : JSON.parse(found);
      },
      getRunnerStatus: () => ({ available: false }),
      isToolExecution: () => false,
      isStreaming: () => false,
      addExecutionHints: (...hints) => { state.hints.push(...hints); },
      sendMessageToUI: (...args) => console.log(...args),
      setMetadata: (metadata) => { state.metadata = { ...state.metadata, ...metadata }; },
      logAiEvent() {},
      customData: { set() {}, setAll() {}, get: () => undefined, getAll: () => ({}) },
    };
    for (const name of ['executeWorkflow', 'getInputConnectionData', 'putExecutionToWait', 'sendResponse', 'getWorkflowDataProxy', 'startJob', 'getSignedResumeUrl', 'sendChunk', 'addInputData', 'addOutputData']) {
      self[name] = () => { throw new UserError(`${name} is not to be had in a plugin`); };
    }
    return self;
  };

  const executing = (state) => {
    const { given } = state;
    const self = common(state);
    const note = (index) => { if (typeof index === 'number') state.lastItem = index; };
    Object.assign(self, {
      getInputData(input = 0, type = 'main') {
        const items = type === 'main' ? given.inputs[input] : undefined;
        if (items === undefined && input >= given.inputs.length) throw new UnexpectedError('Could not get input with given index', { extra: { inputIndex: input, connectionType: type } });
        return items === undefined || items === null ? [] : state.inputs[input];
      },
      getNodeParameter(name, index, fallback, options) {
        note(index);
        return parameter(state, name, typeof index === 'number' ? index : 0, typeof index === 'number' ? fallback : index ?? fallback, options);
      },
      getInputSourceData: (input = 0) => copied(given.sources?.[input] ?? null),
      getNodeInputs: () => copied(given.nodeInputs ?? []),
      getNodeOutputs: () => copied(given.nodeOutputs ?? []),
      getExecuteData: () => ({ node: copied(given.node), data: { main: given.inputs }, source: null }),
      getItemIndex: () => state.lastItem ?? 0,
    });
    return self;
  };
  // `this` of one item, as functions in `routing` expect it.
  const atItem = (state, index) => {
    const self = executing(state);
    const whole = self.getNodeParameter;
    self.getInputData = () => state.items[index] ?? { json: {} };
    self.getItemIndex = () => index;
    self.getNodeParameter = (name, fallback, options) => whole(name, index, fallback, options);
    self.evaluateExpression = ((outer) => (text, at) => outer(text, at ?? index))(self.evaluateExpression);
    return self;
  };
  // `this` of a form: what is chosen so far.
  const choosing = (state) => {
    const self = common(state);
    const current = (name, options) => {
      const value = getPath(state.given.node.parameters, `${name}`.replace(/^&/, ''));
      if (value === undefined) return undefined;
      const own = copied(value);
      return options?.extractValue && isObject(own) && own.__rl === true ? own.value : own;
    };
    Object.assign(self, {
      getCurrentNodeParameter: current,
      getCurrentNodeParameters: () => copied(state.given.node.parameters),
      getNodeParameter(name, fallback) { return current(name) ?? (typeof fallback === 'number' ? undefined : fallback); },
    });
    return self;
  };

  const routing = kit.routing({ workflow, Buffer, requests, getPath });

  // ---- Calls.

  const calls = new Map();
  const begin = (id, given) => {
    const inputs = given.inputs?.map((items) => items?.map((item) => item) ?? null) ?? [];
    const state = { id, given, inputs, items: inputs[given.mainInput ?? 0] ?? [], tokens: {}, hints: [], signal: new AbortController().signal };
    for (const items of inputs) {
      for (const item of items ?? []) {
        for (const file of Object.values(item.binary ?? {})) {
          if (!hasOwn(file, 'data')) {
            const reference = file.id;
            Object.defineProperty(file, 'data', {
              get: () => contentsOf(state, { id: reference }).toString('base64'), configurable: true, enumerable: true,
              set(own) { Object.defineProperty(file, 'data', { value: own, writable: true, configurable: true, enumerable: true }); },
            });
          }
        }
      }
    }
    calls.set(id, state);
    active = id;
    return state;
  };

  // An error as the host reads it. It holds no request: those carry secrets.
  const plainError = (error) => {
    // The engine throws this when it has no memory left for an error.
    if (error === null) return { name: 'InternalError', message: 'out of memory' };
    if (!isObject(error)) return { name: 'Error', message: typeof error === 'string' ? error : `${error}`, thrown: true };
    const take = (name) => {
      try { return error[name]; } catch { return undefined; }
    };
    const text = (name) => {
      const own = take(name);
      return typeof own === 'string' ? own : own === undefined || own === null ? undefined : isObject(own) ? undefined : `${own}`;
    };
    const json = (name) => {
      try {
        const own = take(name);
        return own === undefined ? undefined : JSON.parse(JSON.stringify(own));
      } catch {
        return undefined;
      }
    };
    return {
      name: text('name') ?? 'Error', class: error.constructor?.name, message: kit.inUsualWords(text('message') ?? ''), description: text('description'),
      httpCode: text('httpCode') ?? text('statusCode'), level: text('level'), functionality: text('functionality'), context: json('context'),
      messages: json('messages'), code: text('code'), itemIndex: error.context?.itemIndex ?? error.itemIndex, type: text('type'), stack: text('stack'),
    };
  };
  const outputOf = (state, output) => {
    const files = [];
    const isFile = (own) => isObject(own) && typeof own.mimeType === 'string';
    const item = (own) => {
      if (!isObject(own)) return own;
      const made = { json: own.json };
      if (own.binary !== undefined && own.binary !== null) {
        made.binary = {};
        for (const [name, file] of Object.entries(own.binary)) {
          if (!isFile(file)) continue;
          const meta = {};
          for (const key of ['mimeType', 'fileType', 'fileName', 'directory', 'fileExtension', 'fileSize', 'bytes', 'id']) if (file[key] !== undefined) meta[key] = file[key];
          if (typeof meta.id !== 'string' || host.hasFile(state.id, meta.id) !== true) {
            delete meta.id;
            meta.data = typeof file.data === 'string' ? file.data : '';
          }
          made.binary[name] = meta;
        }
      }
      if (own.pairedItem !== undefined) made.pairedItem = own.pairedItem;
      if (own.error !== undefined && own.error !== null) made.error = isObject(own.error) ? plainError(own.error) : own.error;
      return made;
    };
    void files;
    if (output === null || output === undefined) return null;
    if (!isArray(output)) return { invalid: typeof output };
    return output.map((items) => (items === null || items === undefined ? null : isArray(items) ? items.map(item) : { invalid: typeof items }));
  };
  const finish = (state, promise) => promise.then(
    (value) => {
      const text = JSON.stringify({ value, staticData: state.staticData, hints: state.hints.length > 0 ? state.hints : undefined });
      host.settle(state.id, true, text);
    },
  ).catch((error) => {
    let text;
    try {
      text = JSON.stringify({ error: plainError(error), staticData: state.staticData });
    } catch {
      text = JSON.stringify({ error: { name: 'Error', message: 'The node failed with an error that cannot be read' } });
    }
    host.settle(state.id, false, text);
  }).then(() => { calls.delete(state.id); });

  const run = async (state, work) => work();
  const start = (id, kind, target, given) => {
    const state = begin(id, given);
    const node = target;
    const job = {
      execute: async () => outputOf(state, await (node.customOperation ?? node.type.execute).call(executing(state))),
      poll: async () => outputOf(state, await node.type.poll.call(executing(state))),
      loadOptions: async () => node.type.methods.loadOptions[given.method].call(choosing(state)),
      listSearch: async () => node.type.methods.listSearch[given.method].call(choosing(state), given.search, given.cursor),
      resourceMapping: async () => node.type.methods.resourceMapping[given.method].call(choosing(state)),
      credentialTest: async () => node.type.methods.credentialTest[given.method].call(choosing(state), { data: given.credentials[given.credential].data, type: given.credential, id: '', name: given.credential }),
      routing: async () => outputOf(state, await routing(state, given, atItem(state, 0), { signed, sender, evaluate, prepareBinaryData, functionOf: (number) => kit.functionOf(node.type, number) })),
      authenticate: async () => (await signed(state, given.credential, given.options)).options,
    }[kind];
    void finish(state, run(state, job));
  };
  const abort = (id) => calls.delete(id);

  const fetch = (options) => {
    const state = calls.get(active);
    if (state === undefined) throw new Error('fetch is to be had only while a node runs');
    return httpRequest(sender(state), options);
  };

  return { start, answer, forget, abort, fetch };
})
