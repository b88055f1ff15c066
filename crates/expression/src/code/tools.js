// Tools of the scripts that make up a world. `api` is what the prelude made.
(function (api) {
  'use strict';

  const { defineProperty, getOwnPropertyNames } = Object;
  const { asNative, hide } = api;
  const value = (name, own) =>
    defineProperty(globalThis, name, { value: own, writable: true, configurable: true, enumerable: true });
  const functions = (holder, own) => {
    for (const name of getOwnPropertyNames(own)) {
      defineProperty(holder, name, {
        value: asNative(own[name], name), writable: true, configurable: true, enumerable: true,
      });
    }
    return holder;
  };
  // An error of the host: no line of the code is told of it.
  const ofHost = (error) => {
    hide(error, '__host', true);
    return error;
  };
  return { functions, value, hide, ofHost };
})
