// Whether what is counted and alerted on is what the code says, and the README tells what each alert asks for.

import type { Code, Message } from './code.ts';
import { mustExist, uncounted } from './expected.ts';
import { at, type Block, isBlock, ofType, resourceAt, type Terraform, textOf } from './terraform.ts';

export function watchAgrees(terraform: Terraform, code: Code, manual: string): readonly string[] {
  return [
    ...messagesAgree(terraform, code),
    ...alertsAgree(terraform, manual),
    ...dashboardAgrees(terraform),
    ...healthAgrees(terraform, code),
    ...Object.keys(mustExist)
      .filter((address) => resourceAt(terraform, address) === undefined)
      .map((address) => `${address} is not in Terraform`),
  ];
}

interface Counted {
  readonly name: string;
  readonly message: string;
  readonly also: string | null;
  readonly labels: readonly string[];
}

function messagesAgree(terraform: Terraform, { messages, events }: Code): readonly string[] {
  const counted = countedIn(terraform);
  const said = new Set(messages.map(({ text }) => text));
  return [
    ...counted
      .filter(({ message }) => !said.has(message))
      .map(({ name, message }) => `${name} counts "${message}", which the code never says`),
    ...[...said]
      .filter((text) => !(text in uncounted) && !counted.some(({ message }) => message === text))
      .map((text) => `nothing counts "${text}"`),
    ...Object.keys(uncounted)
      .filter((text) => !said.has(text))
      .map((text) => `the code never says "${text}"`),
    ...counted.flatMap((each) => detailsAgree(each, messages, events)),
    ...[...textOf(terraform.resources.map(({ body }) => body)).matchAll(/google_logging_metric\.message\["(\w+)"\]/g)]
      .filter(([, used]) => !counted.some(({ name }) => name === used))
      .map(([, used]) => `an alert is on ${used}, which is not counted`),
  ];
}

/** Labels must be fields of the line, a narrowing must be one that can happen. */
function detailsAgree({ name, message, also, labels }: Counted, messages: readonly Message[], events: string) {
  const saying = messages.filter(({ text }) => text === message);
  const [, field = '', kind] = /^jsonPayload\.(\w+):"(\w+)\."$/.exec(also ?? '') ?? [];
  const severity = /^severity=(INFO|WARNING|ERROR)$/.exec(also ?? '')?.[1];
  const levels = { INFO: 'info', WARNING: 'warn', ERROR: 'error' };
  const happens =
    also === null ||
    (kind !== undefined &&
      events.includes(`z.literal('${kind}')`) &&
      saying.some(({ source }) => new RegExp(`\\b${field}: `).test(source))) ||
    saying.some(
      ({ level }) => severity !== undefined && level === Object.entries(levels).find(([is]) => is === severity)?.[1],
    );
  return [
    ...labels
      .filter((label) => !saying.some(({ source }) => new RegExp(`\\b${label}\\b`).test(source)))
      .map((label) => `${name}: "${message}" has no field ${label}`),
    ...(happens ? [] : [`${name}: ${also} never happens`]),
  ];
}

function countedIn({ locals, resources }: Terraform): readonly Counted[] {
  const metrics = locals['log_metrics'];
  const isMade = resources.some(
    ({ address, body }) =>
      address === 'google_logging_metric.message' && textOf(at(body, 'filter')).includes('each.value.message'),
  );
  if (!isBlock(metrics) || !isMade) return [];
  return Object.entries(metrics).map(([name, metric]) => ({
    name,
    message: textOf(at(metric, 'message')),
    also: at(metric, 'also') === null ? null : textOf(at(metric, 'also')),
    labels: [...textOf(at(metric, 'labels')).matchAll(/"(\w+)"/g)].map(([, label = '']) => label),
  }));
}

function alertsAgree(terraform: Terraform, manual: string): readonly string[] {
  const counted: Block = isBlock(terraform.locals['counted_alerts']) ? terraform.locals['counted_alerts'] : {};
  const policies = ofType(terraform, 'google_monitoring_alert_policy');
  const names = [
    ...Object.keys(counted),
    ...policies.map(({ body }) => textOf(at(body, 'display_name'))).filter((name) => name.startsWith('Pinward: ')),
  ].map((name) => name.replace('Pinward: ', ''));
  const metrics = countedIn(terraform).map(({ name }) => name);
  const told = [...manual.matchAll(/^\| alert: ([\w -]+?) \|/gm)].map(([, name = '']) => name);
  return [
    ...Object.values(counted)
      .filter((alert) => !metrics.includes(textOf(at(alert, 'metric'))))
      .map((alert) => `an alert is on ${textOf(at(alert, 'metric'))}, which is not counted`),
    ...policies
      .filter(({ body }) => at(body, 'notification_channels') !== expressionOfChannels)
      .map(({ address }) => `${address} tells nobody`),
    ...policies
      .filter(({ body }) => at(body, 'alert_strategy.auto_close') === undefined)
      .map(({ address }) => `an incident of ${address} stays open, so that the next one sends no mail`),
    ...policies
      .filter(({ body }) => textOf(at(body, 'conditions')).includes('google_logging_metric.'))
      .filter(({ body }) => !textOf(at(body, 'depends_on')).includes('time_sleep.metrics'))
      .map(({ address }) => `${address} does not wait until its metric is known`),
    ...names.filter((name) => !told.includes(name)).map((name) => `the README doesn't say what "${name}" means`),
    ...told.filter((name) => !names.includes(name)).map((name) => `the README speaks of "${name}", which never alerts`),
  ];
}

const expressionOfChannels = `\${local.channels}`;

function dashboardAgrees(terraform: Terraform): readonly string[] {
  const shown = textOf(terraform.locals['charts']).matchAll(/user\/pinward\/(\w+)/g);
  const metrics = countedIn(terraform).map(({ name }) => name);
  return [...shown]
    .filter(([, name = '']) => !metrics.includes(name))
    .map(([, name]) => `the dashboard shows ${name}, which is not counted`);
}

function healthAgrees(terraform: Terraform, { routes }: Code): readonly string[] {
  const body = resourceAt(terraform, 'google_monitoring_uptime_check_config.health')?.body;
  const path = at(body, 'http_check.path');
  const [field = '', value = ''] = textOf(at(body, 'content_matchers.content')).replaceAll('"', '').split(': ');
  const said = new RegExp(`\\b${field}: .*'${value}'`).test(routes);
  return [
    ...(routes.includes(`'${path}'`) ? [] : [`the uptime check asks for ${path}, which is no route`]),
    ...(field !== '' && said ? [] : ['the uptime check looks for words that no answer has']),
  ];
}
