/** The process: runs one command and leaves with its exit code. */
import { runCli } from './cli.ts';

process.exit(await runCli(process.argv.slice(2), { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) }));
