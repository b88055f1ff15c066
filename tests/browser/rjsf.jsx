// A renderer of JSON Schemas that knows nothing of Heddle: react-jsonschema-form.

import { createElement } from "react";
import { createRoot } from "react-dom/client";
import Form from "@rjsf/core";
import { customizeValidator } from "@rjsf/validator-ajv8";
import Ajv2020 from "ajv/dist/2020.js";

const validator = customizeValidator({ AjvClass: Ajv2020, ajvOptionsOverrides: { strict: false } });

window.render = (schema, formData) => {
  createRoot(document.getElementById("root")).render(createElement(Form, {
    schema,
    formData,
    validator,
    onChange: ({ formData, errors }) => { window.filled = formData; window.errors = errors; },
    onSubmit: ({ formData }) => { window.submitted = formData; },
  }));
};
