// Checks receipts of Evenhand's with @sigstore/verify: the signed checkpoint and the proof below it.
//
//   node check.cjs FOLDER < claims.json
//
// FOLDER holds node_modules. Standard input has a list of claims: the checkpoint, the log's public
// key, the entry in base64, its index and the proof. Of each it is said whether the two functions
// accept it, and why not. Both are inside the package, which offers them only for bundles of its own.
'use strict';
const { createPublicKey } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const inside = join(process.argv[2], 'node_modules', '@sigstore', 'verify', 'dist', 'tlog');
const { verifyCheckpoint } = require(join(inside, 'checkpoint.js'));
const { verifyMerkleInclusion } = require(join(inside, 'merkle.js'));

// A raw Ed25519 key becomes one that Node reads by the header of RFC 8410.
const HEADER = Buffer.from('302a300506032b6570032100', 'hex');

function authority(vkey) {
  const [name, id] = vkey.split('+', 2);
  const data = Buffer.from(vkey.slice(name.length + id.length + 2), 'base64');
  const key = Buffer.concat([HEADER, data.subarray(1)]);
  return {
    baseURL: name,
    logID: Buffer.from(id, 'hex'),
    publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
  };
}

function check(claim) {
  const entry = {
    canonicalizedBody: Buffer.from(claim.entry, 'base64'),
    inclusionProof: {
      logIndex: String(claim.index),
      hashes: claim.proof.map((hash) => Buffer.from(hash, 'base64')),
      checkpoint: { envelope: claim.checkpoint },
    },
  };
  try {
    verifyMerkleInclusion(entry, verifyCheckpoint(entry, [authority(claim.key)]));
    return 'accepted';
  } catch (refusal) {
    return refusal.code ? refusal.message : Promise.reject(refusal);
  }
}

const claims = JSON.parse(readFileSync(0, 'utf8'));
Promise.all(claims.map(check)).then((said) => console.log(JSON.stringify(said)));
