/* Checks a receipt in the reader's own browser: what it opens, where it stands, who signed that.

   It needs the receipt, which is in the page, and the log's policy, and asks nobody for the answer.
   Where a browser cannot do it, the form is sent, and the server checks. The steps are those of
   spec/receipt.md; nothing of the receipt is ever written into the page as HTML. */
"use strict";
(() => {
  const form = document.getElementById("verify"), told = document.getElementById("verified");
  if (!form || !told || !window.crypto || !crypto.subtle) return;
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const utf8 = (text) => new TextEncoder().encode(text);
  const text = (data) => new TextDecoder("utf-8", { fatal: true }).decode(data);
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of parts) { whole.set(part, at); at += part.length; }
    return whole;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => hex(a) === hex(b);
  const must = (holds, what) => { if (!holds) throw new Error(what); };

  function readReceipt(receipt) {
    const gap = receipt.indexOf("\n\n");
    const lines = receipt.slice(0, gap).split("\n"), note = receipt.slice(gap + 2);
    must(gap > 0 && lines[0] === "c2sp.org/tlog-proof@v1" && lines[1].startsWith("extra ") && lines[2].startsWith("index "), "format");
    const end = note.indexOf("\n\n") + 1, body = note.slice(0, end);
    const [origin, size, root] = body.split("\n");
    return { opening: JSON.parse(text(bytes(lines[1].slice(6)))), index: BigInt(lines[2].slice(6)), proof: lines.slice(3).map(bytes),
      body, origin, size: BigInt(size), root: bytes(root), signatures: note.slice(end + 1).split("\n").filter(Boolean) };
  }

  /* What the entry commits to is what the receipt holds: HMAC-SHA256 under the key that it gives. */
  async function opens(opening) {
    const leaf = bytes(opening.leaf), record = bytes(opening.record);
    const [head, said] = [text(leaf).split("\n", 1)[0], JSON.parse(text(leaf).slice(text(leaf).indexOf("\n") + 1))];
    const key = await crypto.subtle.importKey("raw", bytes(opening.key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const made = "hmac-sha256:" + hex(new Uint8Array(await crypto.subtle.sign("HMAC", key, record)));
    const envelope = JSON.parse(text(record));
    must(head === `evenhand/${envelope.kind}/v${envelope.v}`, "opens");
    must(made === (envelope.for === "author" ? said.author : said.commitment), "opens");
    return { leaf, body: envelope.body };
  }

  /* The hashes lead from the entry to the root (RFC 9162, 2.1.3.2). */
  async function leads(leaf, receipt) {
    let [at, last] = [receipt.index, receipt.size - 1n], root = await sha256(Uint8Array.of(0), leaf);
    must(at <= last, "proved");
    for (const other of receipt.proof) {
      must(last > 0n, "proved");
      if (at & 1n || at === last) {
        root = await sha256(Uint8Array.of(1), other, root);
        while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
      } else root = await sha256(Uint8Array.of(1), root, other);
      at >>= 1n; last >>= 1n;
    }
    must(last === 0n && same(root, receipt.root), "proved");
  }

  /* The log that the policy names signed this very head. */
  async function signed(receipt, policy) {
    const line = policy.split("\n").map((one) => one.trim().split(/\s+/)).find((words) => words[0] === "log");
    const [, name, id, encoded] = line[1].match(/^(.*)\+([0-9a-f]{8})\+(.*)$/);
    const key = bytes(encoded);
    must(name === receipt.origin && key[0] === 1 && hex((await sha256(utf8(name + "\n"), key)).slice(0, 4)) === id, "signed");
    const found = receipt.signatures.map((one) => one.match(/^\u2014 (\S+) (\S+)$/)).filter((one) => one && one[1] === name)
      .map((one) => bytes(one[2])).find((one) => hex(one.slice(0, 4)) === id);
    must(found, "signed");
    const verifier = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
    must(await crypto.subtle.verify({ name: "Ed25519" }, verifier, found.slice(4), utf8(receipt.body)), "signed");
    return line[1];
  }

  function tell(style, lines) {
    const box = document.createElement("div");
    box.className = style;
    for (const [words, code] of lines) {
      const line = box.appendChild(document.createElement("p"));
      line.textContent = words;
      if (code) line.appendChild(document.createElement("code")).textContent = " " + code;
    }
    told.replaceChildren(box);
  }

  form.addEventListener("submit", async (sent) => {
    sent.preventDefault();
    const say = told.dataset;
    try {
      const receipt = readReceipt(form.elements.receipt.value);
      const { leaf, body } = await opens(receipt.opening);
      await leads(leaf, receipt);
      const answer = await fetch("/log/policy", { credentials: "omit" });
      if (!answer.ok) { form.submit(); return; }
      const key = await signed(receipt, await answer.text());
      const letter = document.querySelector(".letter");
      must(!letter || letter.textContent === body.notice.words, "words");
      tell("told", [[say.holds], [say.opens], [say.proved], [say.signed, key]]);
    } catch (wrong) {
      if (["NotSupportedError", "TypeError"].includes(wrong.name)) { form.submit(); return; }
      tell("alarm", [[say.fails], [say[`not${wrong.message}`] || say.notformat]]);
    }
  });
})();
