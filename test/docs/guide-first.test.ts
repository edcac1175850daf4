/** The first pages of the guide, as a reader follows them. */
import { followGuide, PAGES } from "./_guide.ts";

followGuide(PAGES.filter((name) => Number.parseInt(name, 10) <= 4));
