// Passkeys: a form with data-passkey-ask or data-passkey-make asks the server what to ask the browser, puts the browser's
// answer into its field "answer" and goes on as an ordinary form.

const WORDS = {
  NotAllowedError: "That was stopped, or took too long. Try again, or use another way.",
  InvalidStateError: "This machine has a passkey for you already.",
  NotSupportedError: "This browser cannot do that. Use another way.",
};
const ELSE = "That did not work. Try again, or use another way.";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function withBytes(list) {
  return (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
}

function toMake(asked) {
  const key = asked.publicKey;
  const user = { ...key.user, id: bytes(key.user.id) };
  const known = withBytes(key.excludeCredentials);
  return { publicKey: { ...key, challenge: bytes(key.challenge), user, excludeCredentials: known } };
}

function toGet(asked) {
  const key = asked.publicKey;
  return { publicKey: { ...key, challenge: bytes(key.challenge), allowCredentials: withBytes(key.allowCredentials) } };
}

// What the browser gave, as JSON, with its buffers as text.
function said(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const transports = credential.response.getTransports?.();
  if (transports) response.transports = transports;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  });
}

async function question(form, url) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("for", form.dataset.for ?? "");
  const answer = await fetch(url, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  if (!answer.ok) return null;
  return answer.json();
}

async function credentialFor(form) {
  const make = form.dataset.passkeyMake;
  const asked = await question(form, make ?? form.dataset.passkeyAsk);
  if (!asked) {
    // Logged out, or too long ago: the page itself knows where to go from here.
    window.location.reload();
    return null;
  }
  return make ? navigator.credentials.create(toMake(asked)) : navigator.credentials.get(toGet(asked));
}

function watch(form) {
  const place = form.querySelector("[data-passkey-said]");
  let isBusy = false;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    place.textContent = "";
    try {
      const credential = await credentialFor(form);
      if (credential) {
        form.elements.answer.value = said(credential);
        form.submit();
      }
    } catch (failure) {
      place.textContent = WORDS[failure.name] ?? ELSE;
    } finally {
      isBusy = false;
    }
  });
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey-ask], form[data-passkey-make]")) watch(form);
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-passkey-ask], form[data-passkey-make]")) {
    form.elements.answer.value = "";
  }
});
