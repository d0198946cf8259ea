/** The script tag: where the widget comes from, and what the tag says. */
export interface LoadOptions {
  /** The address of your server, such as `https://feedback.example.org`. */
  server: string;
  /** The site key of your workspace. */
  site: string;
  /** The key of the one survey to show; without it the rules choose among all live ones. */
  survey?: string;
  /** A CSS selector: show the survey there, in the page. */
  target?: string;
  /** Seconds to wait before it appears. */
  delay?: number;
  /** The language to ask in, such as `fr`. */
  lang?: string;
  /** `true`: test mode, counted nowhere; `false`: never, on `localhost` too. */
  test?: boolean;
  /** `after-act`: keep nothing in the browser before an act. */
  storage?: "after-act";
  /** The domain whose hosts share one clock by a cookie, such as `shop.example`. */
  domain?: string;
  /** The name of the function in `window`, when `feedback` is taken. */
  global?: string;
  /** What is answered about: an order, a ticket, a visit. Only a keyed hash is stored. */
  about?: string | number;
  /** Stored with each answer; scores can be read by them. */
  properties?: Properties;
  /** A frozen version, such as `v1`, best with its `integrity`. */
  version?: string;
  /** The hash of that version: `sha384-…`. */
  integrity?: string;
  /** The nonce of a content security policy that asks for one. */
  nonce?: string;
}

export type Properties = Record<string, string | number | boolean | null>;

/** Who answers. Only a keyed hash of the id, or else of the e-mail address, is stored. */
export interface Contact {
  id?: string | number;
  email?: string;
  name?: string;
  properties?: Properties;
  /** What is answered about: an order, a ticket, a visit. Only a keyed hash is stored. */
  about?: string | number;
  /** HMAC-SHA256 of the id (or else the e-mail address), made by your own server. */
  signature?: string;
}

export type EventKind = "shown" | "rated" | "answered" | "completed" | "dismissed";

/** What a listener is told; the same is the `detail` of the `feedback` event on `document`. */
export interface FeedbackEvent {
  kind: EventKind;
  /** The survey's key. */
  survey: string;
  /** Once it is given. */
  rating?: number;
  /** Whether it is a test, which is counted nowhere. */
  test: boolean;
}

/** Every call of the widget; calls made before it has loaded are kept. */
export interface Feedback {
  /** Say who answers, and what is stored with the answer. Later calls add to earlier ones. */
  (act: "identify", contact: Contact): void;
  /** Tell that an event happened, which a survey's rules may wait for. */
  (act: "track", event: string): void;
  /** Open a survey now, whatever its rules say; without a key the first one. */
  (act: "show", survey?: string): void;
  /** Close what is open. */
  (act: "close"): void;
  /** Be told when something happens. */
  (act: "on", kind: EventKind, listener: (event: FeedbackEvent) => void): void;
  /** Forget who answers and what happened, as when somebody signs out. */
  (act: "reset"): void;
}

/** Calls the widget, now or as soon as it is there. */
export declare const feedback: Feedback;

/** Puts the widget into this page, once for each site, survey and target. Throws a TypeError without `server` or `site`. */
export declare function load(options: LoadOptions): void;

declare global {
  interface Window {
    /** Only once the widget has loaded does it have `explain`. */
    feedback?: Feedback & { explain?: () => void };
  }
}
