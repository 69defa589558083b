import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { tabulateLimits } from '../../output/describe-limits.ts';

export function setLimit(parent: Command, cli: Cli): void {
  parent
    .command('set')
    .description('change a bandwidth limit now, for all workers; it holds until it is reset, also when cbcr.yaml is applied again')
    .argument('<name>', 'link:SOURCE->TARGET, egress:REGION, ingress:REGION or worker:WORKER; * means each')
    .argument('<rate>', 'a rate such as 50MB/s, 20MiB/s or 400Mbit/s; unlimited; pause (or paused); or reset, for what cbcr.yaml says')
    .action(async (name: string, rate: string) => {
      const limit = await (await cli.connect()).setLimit(name, { limit: readRate(rate) });
      cli.out.result(limit, () => tabulateLimits([limit]));
    });
}

function readRate(text: string): string | null {
  if (text === 'reset') return null;
  // The one is what people do, the other what the limit then is.
  return text === 'pause' ? 'paused' : text;
}
