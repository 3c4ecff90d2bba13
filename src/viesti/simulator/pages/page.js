// The few helpers every part of the handset page uses.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name.startsWith("aria-") || name === "datetime") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

export async function call(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message || `The simulator answered ${response.status}.`);
  return answer;
}

export const shown = (number) => (/^\d{7,}$/.test(number) ? `+${number}` : number);
export const whole = (number) => Number(number).toLocaleString();
