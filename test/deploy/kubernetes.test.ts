/**
 * deploy/kubernetes.yaml as far as it can be looked at without a cluster: fields that the API has, of the types it wants, and names that
 * lead somewhere. On Bun only, which reads YAML.
 */
import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../_support/suite.ts";
import { root } from "./_server.ts";

const test = suite("deploy/kubernetes.yaml");

/** The fields there may be: `?` anything of that type, `*` a map of text, [one] a list of such. Those of the API reference that are used. */
type Shape = "text?" | "number?" | "boolean?" | "*" | { readonly [field: string]: Shape } | readonly [Shape];

const SELECTOR = { matchLabels: "*" } as const;
const META = { name: "text?", labels: "*" } as const;
const PROBE = {
  httpGet: { path: "text?", port: "text?" },
  periodSeconds: "number?",
  timeoutSeconds: "number?",
  failureThreshold: "number?",
} as const;
const CONTAINER = {
  name: "text?",
  image: "text?",
  ports: [{ name: "text?", containerPort: "number?" }],
  env: [{ name: "text?", value: "text?" }],
  startupProbe: PROBE,
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  resources: { requests: "*", limits: "*" },
  securityContext: {
    allowPrivilegeEscalation: "boolean?",
    readOnlyRootFilesystem: "boolean?",
    capabilities: { drop: ["text?"] },
  },
} as const;
const POD = {
  terminationGracePeriodSeconds: "number?",
  automountServiceAccountToken: "boolean?",
  securityContext: { runAsNonRoot: "boolean?", runAsUser: "number?", seccompProfile: { type: "text?" } },
  topologySpreadConstraints: [
    { maxSkew: "number?", topologyKey: "text?", whenUnsatisfiable: "text?", labelSelector: SELECTOR },
  ],
  containers: [CONTAINER],
} as const;
const SPECS: { readonly [kind: string]: Shape } = {
  "apps/v1 Deployment": {
    replicas: "number?",
    selector: SELECTOR,
    strategy: { type: "text?", rollingUpdate: { maxUnavailable: "number?", maxSurge: "number?" } },
    template: { metadata: META, spec: POD },
  },
  "v1 Service": { selector: "*", ports: [{ name: "text?", port: "number?", targetPort: "text?" }] },
  "policy/v1 PodDisruptionBudget": { maxUnavailable: "number?", selector: SELECTOR },
  "networking.k8s.io/v1 NetworkPolicy": {
    podSelector: SELECTOR,
    policyTypes: ["text?"],
    ingress: [{ from: [{ namespaceSelector: SELECTOR }], ports: [{ port: "text?" }] }],
  },
};

const TYPES = { "text?": "string", "number?": "number", "boolean?": "boolean" } as const;

function check(value: unknown, shape: Shape, where: string): void {
  if (shape === "*") {
    for (const [key, text] of Object.entries(value as object)) assert.type(text, "string", `${where}.${key}`);
  } else if (typeof shape === "string") assert.type(value, TYPES[shape], where);
  else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value) && value.length > 0, where);
    for (const one of value as unknown[]) check(one, shape[0] as Shape, `${where}[]`);
  } else {
    for (const [key, one] of Object.entries(value as object)) {
      const inner = (shape as { readonly [field: string]: Shape })[key];
      assert.ok(inner !== undefined, `${where} has no field ${key}`);
      check(one, inner, `${where}.${key}`);
    }
  }
}

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: object;
  readonly spec: Record<string, unknown>;
}

const { Bun } = globalThis as { Bun?: { YAML: { parse(text: string): unknown } } };
if (Bun === undefined) test.skip("needs Bun");
else {
  const text = readFileSync(new URL("deploy/kubernetes.yaml", root), "utf8");
  const resources = Bun.YAML.parse(text) as Resource[];
  const specOf = (kind: string): Record<string, unknown> => {
    const found = resources.find((each) => each.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found.spec;
  };

  test("has fields that the API knows, of their types", () => {
    assert.is(resources.length, Object.keys(SPECS).length);
    for (const { apiVersion, kind, metadata, spec, ...rest } of resources) {
      assert.equal(rest, {});
      const shape = SPECS[`${apiVersion} ${kind}`];
      assert.ok(shape !== undefined, `${apiVersion} ${kind}`);
      check(metadata, META, `${kind}.metadata`);
      check(spec, shape, kind);
    }
  });

  test("has selectors and ports that lead to the pods", () => {
    const { template, selector } = specOf("Deployment") as {
      template: {
        metadata: { labels: object };
        spec: {
          containers: {
            ports: { name: string; containerPort: number }[];
            env: { name: string; value: string }[];
            [probe: string]: unknown;
          }[];
        };
      };
      selector: object;
    };
    const { labels } = template.metadata;
    assert.equal(selector, { matchLabels: labels });
    assert.equal(specOf("Service")["selector"], labels);
    assert.equal(specOf("PodDisruptionBudget")["selector"], { matchLabels: labels });
    assert.equal(specOf("NetworkPolicy")["podSelector"], { matchLabels: labels });
    const [container] = template.spec.containers;
    const [port] = container?.ports ?? [];
    assert.is(String(port?.containerPort), container?.env.find(({ name }) => name === "PORT")?.value);
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"])
      assert.is((container?.[probe] as { httpGet?: { port: string } })?.httpGet?.port, port?.name, probe);
    assert.is((specOf("Service")["ports"] as { targetPort: string }[])[0]?.targetPort, port?.name);
  });
}

test.run();
