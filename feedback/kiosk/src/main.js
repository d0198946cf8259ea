// A survey on a screen of its own.
import { listen } from "./keys.js";
import { isOpen } from "./page.js";
import { drain, whenItChanges } from "./queue.js";
import { stay } from "./stay.js";
import { tellLine } from "./visit.js";

whenItChanges(tellLine);
if (isOpen) listen();
stay();
drain();
