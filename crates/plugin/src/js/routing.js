// What follows a declarative request: it is sent, page after page where it asks for that, and its answers become items. What
// stands in the request has been worked out by the host (`docs/plugins.md`).
(function (kit) {
  'use strict';

  const { workflow, Buffer, requests, getPath } = kit;
  const { NodeApiError, NodeOperationError } = workflow;
  const { isArray } = Array;
  const isObject = (value) => typeof value === 'object' && value !== null;
  const hasExpression = (value) => (typeof value === 'string' ? value.startsWith('=') : isObject(value) && Object.values(value).some(hasExpression));

  // Functions stand as their numbers.
  const revived = (value, functionOf) => {
    if (!isObject(value)) return value;
    if (typeof value.__function === 'number') return functionOf(value.__function);
    if (isArray(value)) return value.map((own) => revived(own, functionOf));
    return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, revived(own, functionOf)]));
  };
  const setPath = (target, path, value) => {
    const parts = `${path}`.replace(/\[["']?([^\]"']+)["']?\]/g, '.$1').split('.').filter((part) => part !== '');
    let own = target;
    parts.forEach((part, at) => {
      if (at === parts.length - 1) own[part] = value;
      else own = isObject(own[part]) ? own[part] : (own[part] = /^\d+$/.test(parts[at + 1]) ? [] : {});
    });
  };

  return async (state, given, self, tools) => {
    const { signed, sender, evaluate, prepareBinaryData, functionOf } = tools;
    const data = revived(given.requestData, functionOf);
    const version = state.given.node.typeVersion;
    const credentials = given.credential === undefined ? undefined : state.given.credentials?.[given.credential]?.data;
    const worked = async (value, names) => (hasExpression(value) ? evaluate(state, 0, value, names) : value);

    // ---- Answers.

    const names = (response, value) => ({ $response: response, $value: value, $version: version, $credentials: credentials });
    const onItems = async (items, response, action, value) => {
      const own = action.properties ?? {};
      switch (action.type) {
        case 'rootProperty':
          return items.flatMap((item) => {
            let found = isObject(item.json) ? getPath(item.json, own.property) : undefined;
            found = isArray(found) ? found : [found];
            return found.map((json) => ({ json }));
          });
        case 'filter': {
          const kept = [];
          for (const item of items) {
            if (await worked(own.pass, { ...names(response, value), $responseItem: item.json })) kept.push(item);
          }
          return kept;
        }
        case 'limit':
          return items.slice(0, Number.parseInt(await worked(own.maxResults, names(response, value)), 10));
        case 'set':
          return [{ json: await worked(own.value, names(response, value)) }];
        case 'setKeyValue': {
          const made = [];
          for (const item of items) {
            made.push({ json: await worked(own, { ...names(response, value), $responseItem: item.json }) });
          }
          return made;
        }
        case 'sort': {
          const textOf = (item) => `${item.json?.[own.key] ?? ''}`.toLowerCase();
          return [...items].sort((a, b) => (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0));
        }
        case 'binaryData': {
          const body = Buffer.isBuffer(response.body) || response.body instanceof ArrayBuffer || ArrayBuffer.isView(response.body)
            ? Buffer.from(response.body) : Buffer.from(typeof response.body === 'string' ? response.body : JSON.stringify(response.body));
          const file = await prepareBinaryData(state, body);
          const name = await worked(own.destinationProperty, names(response, value));
          return items.map((item) => ({
            ...item, json: typeof item.json === 'string' ? {} : item.json, binary: { ...item.binary, [name]: file },
          }));
        }
        default:
          return [];
      }
    };
    const itemsOf = async (response) => {
      const body = response.body;
      const groups = data.postReceive ?? [];
      if (groups.every((group) => group.actions.length === 0)) return isArray(body) ? body.map((json) => ({ json })) : [{ json: body }];
      let items = [{ json: body }];
      for (const group of groups) {
        for (const action of group.actions) {
          items = typeof action === 'function' ? await action.call(self, items, response) : await onItems(items, response, action, group.value);
        }
      }
      return items;
    };

    // ---- Requests.

    const send = async (options) => {
      const whole = { ...options, returnFullResponse: true };
      if (given.credential === undefined) return requests.httpRequest(sender(state), whole);
      const ready = await signed(state, given.credential, whole);
      try {
        return await requests.httpRequest(sender(state), ready.options, ready.credential);
      } catch (error) {
        throw new NodeApiError(state.given.node, error);
      }
    };
    const page = async (options) => {
      const response = await send(options);
      return { response, items: await itemsOf(response) };
    };

    const paged = async () => {
      const { pagination } = data.requestOperations;
      if (typeof pagination === 'function') {
        self.makeRoutingRequest = async (own) => (await page(own.options)).items;
        return pagination.call(self, data);
      }
      const all = [];
      const properties = pagination.properties ?? {};
      if (pagination.type === 'generic') {
        let response = {};
        for (;;) {
          const known = { $request: data.options, $response: response, $version: version };
          const more = await worked(properties.request, known);
          const made = await page({ ...data.options, ...more });
          response = made.response;
          all.push(...made.items);
          if (!await worked(properties.continue, { ...known, $response: response })) return all;
        }
      }
      if (pagination.type === 'offset') {
        const place = properties.type === 'body' ? 'body' : 'qs';
        const target = isObject(data.options[place]) ? data.options[place] : (data.options[place] = {});
        setPath(target, properties.limitParameter, properties.pageSize);
        setPath(target, properties.offsetParameter, 0);
        for (;;) {
          if (data.maxResults) {
            const missing = data.maxResults - all.length;
            if (missing < 1) return all;
            setPath(target, properties.limitParameter, Math.min(properties.pageSize, missing));
          }
          let { items } = await page(data.options);
          setPath(target, properties.offsetParameter, getPath(target, properties.offsetParameter) + properties.pageSize);
          if (properties.rootProperty) {
            const found = getPath(items[0]?.json ?? {}, properties.rootProperty);
            if (found === undefined) throw new NodeOperationError(state.given.node, `The rootProperty "${properties.rootProperty}" could not be found on item.`);
            items = found.map((json) => ({ json }));
          }
          all.push(...items);
          if (items.length !== properties.pageSize) return all;
        }
      }
      return (await page(data.options)).items;
    };

    try {
      for (const work of data.preSend ?? []) data.options = await work.call(self, data.options);
      const items = data.paginate && data.requestOperations?.pagination !== undefined ? await paged() : (await page(data.options)).items;
      return [data.maxResults ? items.slice(0, Number(data.maxResults)) : items];
    } catch (error) {
      if (error instanceof NodeApiError) throw error;
      const made = new NodeApiError(state.given.node, error, {
        message: error?.message ?? `${error}`, description: error?.description ?? error?.response?.data?.message, httpCode: `${error?.response?.status ?? 'none'}`,
      });
      throw made;
    }
  };
})
