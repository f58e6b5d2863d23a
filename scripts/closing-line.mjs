/** A vitest reporter that ends with one plain line, "N passed, N failed, N skipped", for people and machines that look there. */
export default class ClosingLine {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed") counts[state]++;
        else counts.skipped++;
      }
      // A file that could not be loaded has no tests to fail: count it, or it would vanish.
      counts.failed += module.errors().length;
    }
    counts.failed += unhandledErrors.length;
    this.line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    process.on("exit", () => process.stdout.write(`${this.line}\n`));
  }
}
