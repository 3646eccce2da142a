"use strict";

// Everything that comes from the schema or the service is set as text, never as markup.
function element(name, text, parent) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (parent) parent.append(made);
  return made;
}

function example(schema, all, depth = 0) {
  if (!schema || depth > 4) return null;
  if (schema.$ref) return example(all[schema.$ref.split("/").pop()], all, depth + 1);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return example(schema.anyOf[0], all, depth + 1);
  if (schema.type === "object") {
    const required = schema.required || [];
    return Object.fromEntries(required.map((key) => [key, example(schema.properties[key], all, depth + 1)]));
  }
  if (schema.type === "array") return schema.minItems ? [example(schema.items, all, depth + 1)] : [];
  return { string: "string", integer: 1, number: 1, boolean: true }[schema.type] ?? null;
}

function show(path, method, call, all, place) {
  const box = element("details", undefined, place);
  const head = element("summary", `${method.toUpperCase()} ${path}`, box);
  element("small", call.summary, head);
  const form = element("form", undefined, box);
  const inputs = call.parameters.map((parameter) => {
    const label = element("label", `${parameter.name} (${parameter.in})`, form);
    const input = element("input", undefined, label);
    input.required = parameter.required;
    return { parameter, input };
  });
  let body = null;
  if (call.requestBody) {
    const schema = call.requestBody.content["application/json"].schema;
    body = element("textarea", undefined, element("label", "body", form));
    body.value = JSON.stringify(example(schema, all), null, 2);
  }
  element("button", "Send", form);
  const answer = element("pre", undefined, box);
  const details = element("details", undefined, box);
  element("summary", "Schema", details);
  element("pre", JSON.stringify(call, null, 2), details);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value) query.set(parameter.name, input.value);
    }
    const headers = body ? { "Content-Type": "application/json" } : {};
    const target = query.size ? `${address}?${query}` : address;
    const reply = await fetch(target, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
    answer.textContent = `${reply.status}\n${await reply.text()}`;
  });
}

async function main() {
  const place = document.getElementById("calls");
  const schema = await (await fetch("/openapi.json")).json();
  place.textContent = "";
  for (const [path, methods] of Object.entries(schema.paths)) {
    for (const [method, call] of Object.entries(methods)) show(path, method, call, schema.components.schemas, place);
  }
}

main();
