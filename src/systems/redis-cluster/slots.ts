/** Which of the 16,384 hash slots a key belongs to: CRC16 (XMODEM) of its hash tag, or of the whole key. */

export const SLOTS = 16384;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

/** The slot of a key (Redis Cluster specification, "Key distribution model"). */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(hashed(key), "utf8")) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] as number);
  }
  return crc % SLOTS;
}

/** What is hashed: the text between the first "{" and the first "}" after it, unless that is empty ("{}x": all of it). */
function hashed(key: string): string {
  const open = key.indexOf("{");
  const close = key.indexOf("}", open + 1);
  return open === -1 || close <= open + 1 ? key : key.slice(open + 1, close);
}
