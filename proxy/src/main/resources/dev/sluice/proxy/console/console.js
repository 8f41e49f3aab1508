"use strict";
const token = { get: () => sessionStorage.getItem("token") || "", set: v => sessionStorage.setItem("token", v) };
const byId = id => document.getElementById(id);
const migrations = new Map();

async function call(path, options = {}) {
  const headers = token.get() ? { Authorization: "Bearer " + token.get() } : {};
  const answer = await fetch(path, { ...options, headers });
  byId("login").hidden = answer.status !== 401;
  if (!answer.ok) throw new Error((await answer.json()).detail || answer.statusText);
  return answer.json();
}
function cell(row, text, className) {
  const td = row.insertCell();
  td.textContent = text;
  if (className) td.className = className;
  return td;
}
const commands = {
  running: ["pause", "cancel"], throttled: ["pause", "cancel"], ready: ["pause", "cancel"], paused: ["resume", "cancel"],
  failed: ["retry", "cancel"], awaiting_approval: ["approve", "cancel"],
};
async function command(m, word) {
  let body;
  if (word === "cancel" && !confirm("Cancel migration " + m.id + "? The table is left as it was before the statement.")) return;
  if (word === "approve") {
    const reason = prompt("Reason for approving migration " + m.id + ":");
    if (!reason) return;
    body = JSON.stringify({ reason });
  }
  const where = "?upstream=" + encodeURIComponent(m.upstream) + "&database=" + encodeURIComponent(m.database);
  try { await call("/api/v1/migrations/" + m.id + "/" + word + where, { method: "POST", body }); } catch (e) { alert(e.message); }
  refresh();
}
function draw() {
  const body = byId("migrations");
  body.replaceChildren();
  byId("none").hidden = migrations.size > 0;
  for (const m of [...migrations.values()].sort((a, b) => b.id - a.id)) {
    const row = body.insertRow();
    row.title = m.statement;
    cell(row, m.id);
    cell(row, m.database);
    cell(row, m.table);
    cell(row, m.state);
    cell(row, m.phase);
    const bar = document.createElement("progress");
    bar.max = Math.max(m.rowsTotal, m.rowsDone, 1);
    bar.value = m.state === "complete" ? bar.max : m.rowsDone;
    bar.setAttribute("aria-label", m.rowsDone + " of " + m.rowsTotal + " rows");
    cell(row, "").append(bar, " " + m.rowsDone.toLocaleString());
    cell(row, m.rowsPerSecond.toLocaleString());
    cell(row, m.reason);
    const buttons = cell(row, "");
    for (const word of commands[m.state] || []) {
      const button = document.createElement("button");
      button.textContent = word;
      button.onclick = () => command(m, word);
      buttons.append(button);
    }
  }
}
async function refresh() {
  try {
    const list = await call("/api/v1/migrations");
    migrations.clear();
    for (const m of list.migrations) migrations.set(m.upstream + "/" + m.database + "#" + m.id, m);
    draw();
    const throttle = await call("/api/v1/throttle");
    byId("throttle").replaceChildren(...throttle.upstreams.map(u => {
      const item = document.createElement("li");
      item.textContent = u.upstream + ": " + (u.go ? "at ease" : "backfills wait") + " (pressure " + u.pressure.toFixed(2) + ")"
        + (u.reason ? ", " + u.reason : "");
      return item;
    }));
    const audit = await call("/api/v1/audit?limit=20");
    byId("audit").replaceChildren();
    for (const r of audit.records) {
      const row = byId("audit").insertRow();
      cell(row, r.time || ""); cell(row, r.event || r.kind || ""); cell(row, r.user || (r.who && r.who.user) || "");
      cell(row, r.verdict || r.result || r.state || ""); cell(row, r.statement || r.text || r.command || "", "statement");
    }
    byId("link").textContent = list.unreachable.length ? "not reached: " + list.unreachable.map(u => u.database).join(", ") : "live";
  } catch (e) { byId("link").textContent = e.message; }
}
byId("login").onsubmit = e => { e.preventDefault(); token.set(byId("token").value); refresh(); };
refresh();
setInterval(refresh, 2000);
