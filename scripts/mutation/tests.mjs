/** As much of Vitest as the checkers' tests use, so that they run in a warm process: they are collected, then run by number. */
import { chai, JestAsymmetricMatchers, JestChaiExpect } from "@vitest/expect";

chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, {
  soft: expect,
  fail: chai.expect.fail,
  arrayContaining: chai.expect.arrayContaining,
  objectContaining: chai.expect.objectContaining,
  stringContaining: chai.expect.stringContaining,
  stringMatching: chai.expect.stringMatching,
  any: chai.expect.any,
  anything: chai.expect.anything,
});

/** A module "vitest" for one evaluation of the bundle, and the tests it collects: `{ name, run }`, in the order of the file. */
export function collector() {
  const tests = [];
  const scope = [];
  const each = (define) => (cases) => (name, run) => {
    for (const [i, given] of cases.entries()) {
      const args = Array.isArray(given) ? given : [given];
      define(`${name} #${i}`, (...more) => run(...args, ...more));
    }
  };
  const withVariants = (define) =>
    Object.assign(define, { each: each(define), skipIf: (skip) => (skip ? () => {} : define) });
  const it = withVariants((name, run) => tests.push({ name: [...scope, name].join(" > "), run }));
  const describe = withVariants((name, run) => {
    scope.push(name);
    run();
    scope.pop();
  });
  return { tests, vitest: { describe, it, test: it, expect } };
}
