// State of random programs: maps of every kind, local storage, maps of maps, variables, and atomic changes.
#include <lsmith/tests/asm/dsl/random.hpp>

namespace lsmith::tests {

/// Uses the storage of an owner.
template <class Storage>
void random_program::keep(const Storage& storage, const dsl::value& owner) {
  switch (below(3)) {
    case 0:
      used("storage, found or made");
      return storage.find_or_make(owner).found([this](auto one) { one[&owner_state::seen].add(number(1)); });
    case 1:
      used("storage, found");
      return storage.find(owner).found(
          [this](auto one) { h_->when(one[&owner_state::last].get() != h_->pid(), [&] { one[&owner_state::last].set(7); }); });
    default: used("storage, removed"); return storage.remove(owner);
  }
}

/// Uses a table that was found in another table.
template <class Table>
void random_program::use_table(const Table& table) {
  switch (below(3)) {
    case 0:
      used("table in a table, find");
      return table.find(number(1) & 0xff).found([this](auto one) { one.number().add(number(1)); });
    case 1: used("table in a table, put"); return table.put(h_->uid(), number(1));
    default: used("table in a table, remove"); return table.remove(h_->pid());
  }
}

void random_program::map_statement() {
  using r = random_program;
  static constexpr auto hits = [](r& p) { return p.h_->hash<std::uint32_t, owner_state>("hits", 64); };
  static constexpr auto recent = [](r& p) { return p.h_->lru<std::uint64_t, std::uint64_t>("recent", 64); };
  static constexpr auto seen = [](r& p) { return p.h_->variable<std::uint64_t>("seen").number(); };
  static constexpr auto table = [](r& p) { return p.h_->hash<std::uint32_t, std::uint64_t>("table", 16); };
  static constexpr statement_row all[] = {
      {"hash, found and missing",
       [](r& p, unsigned) {
         hits(p)
             .find(p.h_->uid())
             .found(
                 [&p](auto one) {
                   one[&owner_state::seen].add(1);
                   one[&owner_state::last].set(p.h_->pid());
                 },
                 [&p] { hits(p).put(dsl::record<std::uint32_t>(p.h_->uid()), dsl::record<owner_state>(1, p.h_->pid(), 0, 0)); });
       }},
      {"value of a map, read and set",
       [](r& p, unsigned) {
         hits(p).find(p.number(1) & 0xffff).found([&p](auto one) {
           p.h_->when(one[&owner_state::last].get() == 3, [&] { one[&owner_state::flags].set(p.number(1) & 0x7f); });
         });
       }},
      {"missing", [](r& p, unsigned) { hits(p).find(p.h_->gid()).missing([&p] { p.h_->audit(p.any_event()); }); }},
      {"lru, put", [](r& p, unsigned) { recent(p).put(p.h_->cgroup_id(), p.number(1) & 0xffff); }},
      {"insert",
       [](r& p, unsigned) {
         hits(p).insert(dsl::record<std::uint32_t>(p.h_->gid()), dsl::record<owner_state>(p.number(1), 0, 0, 0));
       }},
      {"remove", [](r& p, unsigned) { recent(p).remove(p.number(1)); }},
      {"lookup as condition",
       [](r& p, unsigned) {
         auto found = recent(p).find(p.number(1) & 0xff);
         p.h_->when(found.is_there() && p.condition(1), [&p] { p.h_->audit(p.any_event()); });
       }},
      {"array",
       [](r& p, unsigned) {
         p.h_->array<std::uint64_t>("rounds", 8).find(p.number(1) & 7).found([&p](auto one) { one.number().set(p.number(1)); });
       }},
      {"per cpu",
       [](r& p, unsigned) {
         p.h_->per_cpu<std::uint64_t>("counts", 4).find(p.number(1) & 3).found([](auto one) { one.number().add(1); });
       }},
      {"per cpu, hash",
       [](r& p, unsigned) { p.h_->per_cpu_hash<std::uint32_t, std::uint64_t>("by_uid", 64).put(p.h_->uid(), p.number(1)); }},
      {"map of another kind",
       [](r& p, unsigned) {
         auto all_cpus = p.h_->map<std::uint32_t, std::uint64_t>(map_type::lru_percpu_hash, "by_pid", 64);
         all_cpus.put(p.h_->pid(), p.number(1));
       }},
      {"prefixes",
       [](r& p, unsigned) {
         auto networks = p.h_->prefixes<address_prefix, std::uint32_t>("networks", 16);
         networks.find(dsl::record<address_prefix>(32, p.h_->uid())).missing([&p] { p.h_->audit(p.any_event()); });
       },
       stays_awake},

      {"task storage",
       [](r& p, unsigned) {
         const bool of_hook = !p.hook_->tasks.empty() && p.one_in(2);
         p.keep(p.h_->task_storage<owner_state>("of_tasks"), of_hook ? p.follow(p.hook_->tasks[0]) : p.h_->current());
       },
       [](const r& p) { return p.can_.since(5, 11); }},
      {"inode storage",
       [](r& p, unsigned) { p.keep(p.h_->inode_storage<owner_state>("of_inodes"), p.follow(p.hook_->inodes[0])); },
       [](const r& p) { return !p.hook_->inodes.empty(); }},
      {"inode storage",
       [](r& p, unsigned) { p.keep(p.h_->inode_storage<owner_state>("of_inodes"), p.follow(p.hook_->inodes[0])); },
       [](const r& p) { return !p.hook_->inodes.empty(); }},
      {"socket storage",
       [](r& p, unsigned) { p.keep(p.h_->socket_storage<owner_state>("of_sockets"), p.follow(p.hook_->sockets[0])); },
       [](const r& p) { return !p.hook_->sockets.empty(); }},
      {"socket storage",
       [](r& p, unsigned) { p.keep(p.h_->socket_storage<owner_state>("of_sockets"), p.follow(p.hook_->sockets[0])); },
       [](const r& p) { return !p.hook_->sockets.empty(); }},
      {"cgroup storage",
       [](r& p, unsigned) { p.keep(p.h_->cgroup_storage<owner_state>("of_cgroups"), p.h_->current()["cgroups"]["dfl_cgrp"]); },
       [](const r& p) { return p.can_.since(6, 2) && !p.how_.sleepable; }},

      {"array of maps",
       [](r& p, unsigned) {
         p.h_->array_of("tables", table(p), 2).find(p.number(1) & 1).found([&p](auto now) { p.use_table(now); });
       }},
      {"hash of maps",
       [](r& p, unsigned) {
         p.h_->hash_of<std::uint32_t>("by_user", table(p), 8).find(p.h_->uid()).found([&p](auto now) { p.use_table(now); });
       }},
      {"program array", [](r& p, unsigned) { p.h_->programs("next", 4).enter(p.number(1) & 3); },
       [](const r& p) { return p.inside_ == 0 && p.rounds_ == 0 && p.holds_ == 0 && !p.how_.sleepable; }},

      {"variable, add", [](r& p, unsigned) { seen(p).add(p.number(1)); }},
      {"variable, set", [](r& p, unsigned) { p.h_->variable<owner_state>("last")[&owner_state::last].set(p.h_->pid()); }},
      {"or_", [](r& p, unsigned) { seen(p).or_(p.number(1)); }, has_atomics},
      {"and_", [](r& p, unsigned) { seen(p).and_(p.number(1)); }, has_atomics},
      {"xor_", [](r& p, unsigned) { p.h_->variable<owner_state>("last")[&owner_state::last].xor_(p.number(1) & 0xff); },
       has_atomics},
      {"fetch_add",
       [](r& p, unsigned) {
         const auto before = seen(p).fetch_add(p.number(1));
         p.h_->when(before > 5, [&p] { p.statements(0); });
       },
       has_atomics},
      {"fetch_or", [](r& p, unsigned) { p.h_->when(seen(p).fetch_or(p.number(1)) == 5, [&p] { p.h_->audit(p.any_event()); }); },
       has_atomics},
      {"fetch_and", [](r& p, unsigned) { seen(p).set(seen(p).fetch_and(0xfffff)); }, has_atomics},
      {"fetch_xor",
       [](r& p, unsigned) {
         const auto before = p.h_->variable<owner_state>("last")[&owner_state::last].fetch_xor(p.number(1) & 0xff);
         p.h_->when(before == 5, [&p] { p.h_->audit(p.any_event()); });
       },
       has_atomics},
      {"exchange", [](r& p, unsigned) { p.h_->when(seen(p).exchange(p.number(1)) != 0, [&p] { p.map_statement(); }); },
       has_atomics},
      {"compare_exchange",
       [](r& p, unsigned) { p.h_->when(seen(p).compare_exchange(p.number(1), p.h_->time()) == 0, [&p] { p.map_statement(); }); },
       has_atomics},
  };
  pick(all).make(*this, 0);
}

}  // namespace lsmith::tests
