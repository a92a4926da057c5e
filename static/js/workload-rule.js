// The rule of the workload grid, to the last digit as the server computes it (positions/rules/workload.py and
// workload_health.py): exact fractions, one quotient rounded half up to ten decimals, people from that value.
(function () {
  "use strict";

  const FACTOR = { year: 1n, semester: 2n, quarter: 4n, month: 12n, week: 50n, day: 250n };
  const ONE = 10n ** 10n;

  const fraction = (n, d = 1n) => ({ n, d });
  const add = (a, b) => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
  const times = (a, b) => fraction(a.n * b.n, a.d * b.d);
  const over = (a, b) => fraction(a.n * b.d, a.d * b.n);
  const halfUp = (n, d) => (2n * n + d) / (2n * d);
  // Ten decimals as a whole number: 1.5 is 15000000000.
  const quotient = (a) => halfUp(a.n * ONE, a.d);

  const MARKS = { ",": ".", ".": "," };
  const indonesian = () => document.documentElement.lang.startsWith("id");

  // 1.450 is one thousand four hundred and fifty, 0,52 is a half and a bit: as asnhr/imports/parsers.py reads it. On an
  // English page point and comma change places (positions/pages/workload_form.py). Null for what is no number above zero.
  function parse(text) {
    let bare = text.replace(/[\u200b\ufeff]/g, "").trim().replace(/^'/, "").trim();
    if (!indonesian()) bare = bare.replace(/(?<=\d)[.,](?=\d)/g, (mark) => MARKS[mark]);
    if (/^[-(]/.test(bare)) return null;
    bare = bare.replace(/^(?:rp\.?|\+)\s*/i, "").replace(/\)+$/, "").replace(/\s/g, "");
    if (/^\d{1,3}(\.\d{3})+(,\d+)?$/.test(bare) && !bare.startsWith("0.")) bare = bare.replaceAll(".", "").replace(",", ".");
    else if (/^\d{1,3}(,\d{3})+\.\d+$/.test(bare)) bare = bare.replaceAll(",", "");
    else if (/^\d+,\d+$/.test(bare)) bare = bare.replace(",", ".");
    else if (!/^\d+(\.\d+)?$/.test(bare)) return null;
    const [whole, decimals = ""] = bare.split(".");
    const value = fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
    return value.n > 0n ? value : null;
  }

  function grade(value) {
    if (value > ONE) return "A";
    if (value * 10n >= 9n * ONE) return "B";
    if (value * 10n >= 7n * ONE) return "C";
    return value * 2n >= ONE ? "D" : "E";
  }

  function people(need, rounding) {
    return rounding === "ceil" ? (need + ONE - 1n) / ONE : halfUp(need, ONE);
  }

  function loadOf(row) {
    const volume = parse(row.volume);
    const minutes = parse(row.minutes);
    const factor = FACTOR[row.per];
    if (row.removed || !volume || !minutes || !factor) return null;
    return { load: times(times(volume, fraction(factor)), minutes), minutes };
  }

  // `position`: {method, minutes, minutesHealth, rounding, holders, rows: [{volume, per, minutes, part, own, removed}]}.
  // Loads are fractions; needs, EJ, JKT, FTP and STP have ten decimals. Null: not computable.
  function compute(position) {
    const health = position.method === "ABK_KES";
    const year = BigInt(health ? position.minutesHealth : position.minutes);
    const found = { rows: [], load: fraction(0n), need: null, k: null, ej: null, grade: "", jkt: null, ftp: null, stp: null };
    let main = fraction(0n);
    let support = fraction(0n);
    let need = fraction(0n);
    let tasks = 0;
    for (const row of position.rows) {
      const task = loadOf(row);
      const shown = { load: task && task.load, need: null, standard: null };
      found.rows.push(shown);
      if (!task) continue;
      found.load = add(found.load, task.load);
      if (health && row.part === "penunjang") {
        support = add(support, task.load);
        continue;
      }
      tasks += 1;
      main = add(main, task.load);
      const own = health || !row.own ? null : parse(row.own);
      const effective = own && own.n >= own.d ? own.n / own.d : year;
      const share = over(task.load, fraction(effective));
      need = add(need, share);
      shown.need = quotient(share);
      if (health) shown.standard = quotient(over(fraction(year), task.minutes));
    }
    const left = add(fraction(year), fraction(-support.n, support.d));
    if (health && left.n <= 0n) tasks = 0;
    if (!tasks) {
      for (const row of found.rows) row.need = row.standard = null;
      return found;
    }
    if (health) {
      found.need = quotient(over(main, left));
      found.jkt = quotient(over(main, fraction(year)));
      found.ftp = quotient(over(times(support, fraction(100n)), fraction(year)));
      found.stp = quotient(over(fraction(year), left));
    } else found.need = quotient(need);
    found.k = people(found.need, health ? "half_up" : position.rounding);
    if (position.holders > 0) {
      found.ej = halfUp(found.need, BigInt(position.holders));
      found.grade = grade(found.ej);
    }
    return found;
  }

  // A number of ten decimals, rounded half up to `places`, as officers write it.
  function shown(value, places, indonesian) {
    const scaled = String(halfUp(value, 10n ** BigInt(10 - places))).padStart(places + 1, "0");
    const whole = scaled.slice(0, scaled.length - places).replace(/\B(?=(\d{3})+$)/g, indonesian ? "." : ",");
    return places ? `${whole}${indonesian ? "," : "."}${scaled.slice(-places)}` : whole;
  }

  window.asnhrWorkload = { ONE, compute, grade, halfUp, quotient, shown };
})();
