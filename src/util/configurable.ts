/**
 * `Configurable` (Tornado's): an interface whose implementation is chosen at run time. `Base.create(options)` makes an object of the
 * class that `Base.configure` has named.
 */
import { UsageError } from "../errors.ts";
import { object, shown } from "../options-check.ts";

/** A class that extends `Configurable`; what it is made with is one object of options. */
export type ConfigurableClass = (new (options?: never) => Configurable) & {
  configurableBase(): ConfigurableClass;
  configurableDefault(): ConfigurableClass;
  create(options?: object): Configurable;
};

interface Configured {
  readonly implementation: ConfigurableClass | undefined;
  readonly options: object;
}

const configured = new WeakMap<object, Configured>();

export abstract class Configurable {
  /**
   * Makes an object of the configured class, from the options of `configure` and these on top. `new` makes one of the very class, without the
   * options of `configure`. (In Tornado the call of the base does this; a constructor here would run twice.)
   */
  static create<C extends ConfigurableClass>(this: C, options: object = {}): InstanceType<C> {
    const base = this.configurableBase();
    if ((this as ConfigurableClass) !== base) return new this(options as never) as InstanceType<C>;
    const implementation = configuredOf(base);
    const given = { ...configured.get(base)?.options, ...options } as never;
    // An implementation may be configured, too.
    const isBase = implementation !== base && implementation.configurableBase() === implementation;
    return (isBase ? implementation.create(given) : new implementation(given)) as InstanceType<C>;
  }

  /** The class that is configured. To be overridden by it. */
  static configurableBase(): ConfigurableClass {
    throw new UsageError(
      "ERR_LANDSPOUT_CONFIGURABLE",
      `${this.name}: configurableBase must return the class it stands in`,
    );
  }
  /** The implementation while none is configured. To be overridden by the base. */
  static configurableDefault(): ConfigurableClass {
    throw new UsageError("ERR_LANDSPOUT_CONFIGURABLE", `${this.name}: configurableDefault must return a class`);
  }

  /**
   * Chooses the implementation of all objects that are made from now on, and options that they get.
   * @param implementation The base, or a class that extends it. Undefined: the default one.
   * @throws UsageError `ERR_LANDSPOUT_CONFIGURABLE` on a class that is neither.
   */
  static configure(this: ConfigurableClass, implementation?: ConfigurableClass, options: object = {}): void {
    const base = this.configurableBase();
    const isOne =
      implementation === undefined ||
      implementation === base ||
      (typeof implementation === "function" && implementation.prototype instanceof base);
    if (!isOne)
      throw new UsageError(
        "ERR_LANDSPOUT_CONFIGURABLE",
        `${base.name}.configure takes a class that extends ${base.name}, not ${shown(implementation)}`,
      );
    if (object(options, "") !== undefined)
      throw new UsageError(
        "ERR_LANDSPOUT_CONFIGURABLE",
        `${base.name}.configure: the options must be an object, not ${shown(options)}`,
      );
    configured.set(base, { implementation, options });
  }

  /** The class that `create` makes an object of. */
  static configuredClass(this: ConfigurableClass): ConfigurableClass {
    return configuredOf(this.configurableBase());
  }
}

function configuredOf(base: ConfigurableClass): ConfigurableClass {
  return configured.get(base)?.implementation ?? base.configurableDefault();
}
