/** Texts under a key of their own: AES-256-GCM, bound to their message. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** Seals texts and opens them again. */
export interface Sealer {
  /** Nonce, ciphertext, tag. `message`: its pseudonym. */
  seal(message: string, text: string): Buffer;
  /** Undefined when the key or the message is another one, or the text was changed. */
  open(message: string, sealed: Uint8Array): string | undefined;
}

/** The key is derived, so a secret may have any form. @param secret `TEXT_KEY` */
export function createSealer(secret: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, 'replywatch', 'kept text', 32));
  return {
    seal(message, text) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(message));
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    },
    open(message, sealed) {
      if (sealed.length < NONCE + TAG) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG }).setAAD(Buffer.from(message));
      decipher.setAuthTag(sealed.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString('utf8');
      } catch {
        return undefined; // authentication failed: there is no more to say about it
      }
    },
  };
}
