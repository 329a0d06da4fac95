// Random programs out of the DSL's own grammar: every word of it, in any valid order. The verifier must accept every program
// that the DSL accepts. The same number gives the same program on any machine with the same abilities.
//
// The grammar is a set of tables: options, numbers, conditions and statements here, maps and storage in random_state_vm.cpp, calls
// in random_calls_vm.cpp. A row is a word and how to use it. A row that does not fit the current position is skipped.
#pragma once

#include <cerrno>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <lsmith/asm/dsl/hook.hpp>
#include <lsmith/tests/asm/dsl/random_hooks.hpp>

namespace lsmith::tests {

/// The kernel's version, which decides what part of the grammar it supports.
struct abilities {
  std::uint16_t major = 5, minor = 7;

  bool since(std::uint16_t other_major, std::uint16_t other_minor) const {
    return major > other_major || (major == other_major && minor >= other_minor);
  }
};

class random_program {
 public:
  struct event {
    std::uint64_t a;
    std::uint32_t b, c;
    std::array<char, 16> comm;
    std::array<char, 32> name;
  };
  struct numbers_event {
    std::array<std::uint64_t, 3> numbers;
    std::uint32_t narrow, other;
  };
  struct owner_state {
    std::uint64_t seen;
    std::uint32_t last;
    std::uint16_t flags, spare;
  };
  struct address_prefix {
    std::uint32_t bits, address;
  };
  struct bytes_event {
    std::uint64_t a;
    std::array<std::uint8_t, 16> raw;
  };

  random_program(std::uint32_t number, const abilities& can) : chance_(number), can_(can) {}

  checked<object> make(const btf::types& kernel) {
    hook_ = &random_hooks()[below(random_hooks().size())];
    how_ = choose_options();
    return dsl::lsm(
        kernel, hook_->name,
        [&](dsl::hook& h) {
          h_ = &h;
          write_functions();
          statements(3);
          if (one_in(2)) verdict();
          else h.allow();
        },
        how_);
  }

  /// The words that the program uses.
  const std::set<std::string>& words() const { return words_; }

 private:
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(chance_() % limit); }
  bool one_in(std::size_t many) { return below(many) == 0; }
  void used(std::string_view word) { words_.emplace(word); }

  template <class T>
  const T& any_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  /// A random row of the table that fits.
  template <class Row, std::size_t size>
  const Row& pick(const Row (&table)[size]) {
    for (;;) {
      const Row& one = table[below(size)];
      if (one.fits != nullptr && !one.fits(*this)) continue;
      used(one.word);
      return one;
    }
  }

  using fitting = bool (*)(const random_program&);

  // ------------------------------------------------------------------------------------------------------ options --

  dsl::options choose_options() {
    const scope scopes[] = {scope::system(),
                            scope::cgroup("/sys/fs/cgroup"),
                            scope::uid(4711),
                            scope::pid(4711),
                            scope::tree(1),
                            scope::mount_ns("/proc/self/ns/mnt"),
                            scope::pid_ns("/proc/self/ns/pid")};
    dsl::options how{.name = "random", .scope = scopes[below(std::size(scopes))], .events = static_cast<dsl::channel>(below(2))};
    used("scope " + std::string(name_of(how.scope.kind)));
    used(how.events == dsl::channel::ring_buffer ? "ring buffer" : "perf buffer");
    if (one_in(4)) {
      used("deadline");
      how.lifetime = dsl::lifetime::deadline;
    }
    if (one_in(4)) {
      used("dry run while attached");
      how.dry_runs = dsl::dry_runs::while_attached;
    }
    const bool may_sleep = hook_->sleeps && how.scope.kind != scope_kind::cgroup && how.events == dsl::channel::ring_buffer;
    if (can_.since(6, 0) && hook_->returns_errno && one_in(5)) {
      used("program for a cgroup");
      how.attach = attach_kind::lsm_cgroup;
    } else if (can_.since(6, 1) && may_sleep && one_in(2)) {
      used("sleepable");
      how.sleepable = true;
    }
    return how;
  }

  // ------------------------------------------------------------------------------------------------------- values --

  struct number_row {
    std::string_view word;
    dsl::value (*make)(random_program&, unsigned depth);
    fitting fits = nullptr;
  };

  dsl::value follow(std::string_view way) {
    const std::size_t end = way.find('>');
    used("argument");
    dsl::value at = h_->arg(way.substr(0, end));
    while (way.find('>') != way.npos) {
      way.remove_prefix(way.find('>') + 1);
      used("member");
      at = at[way.substr(0, way.find('>'))];
    }
    return at;
  }

  dsl::value any_pointer() { return hook_->pointers.empty() ? h_->current() : follow(any_of(hook_->pointers)); }

  static bool has_numbers(const random_program& p) { return !p.hook_->numbers.empty(); }
  static bool has_texts(const random_program& p) { return !p.hook_->texts.empty(); }
  static bool has_pointers(const random_program& p) { return !p.hook_->pointers.empty(); }
  static bool has_paths(const random_program& p) { return !p.hook_->paths.empty() && p.can_.since(6, 1) && p.bytes_left_ >= 64; }
  static bool has_text_room(const random_program& p) { return !p.hook_->texts.empty() && p.bytes_left_ >= 32; }
  static bool has_room(const random_program& p) { return p.bytes_left_ >= 32; }
  static bool has_atomics(const random_program& p) { return p.can_.since(5, 12); }
  static bool has_functions(const random_program& p) { return p.scaled_.has_value() && p.inside_ == 0; }
  static bool has_address(const random_program& p) { return p.hook_->name == "socket_connect" || p.hook_->name == "socket_bind"; }
  static bool may_decide(const random_program& p) { return p.inside_ == 0; }
  static bool may_hold(const random_program& p) { return p.can_.since(6, 12) && p.holds_ == 0; }
  static bool stays_awake(const random_program& p) { return !p.how_.sleepable; }
  static bool returns_errno(const random_program& p) { return p.hook_->returns_errno; }
  static bool returns_number(const random_program& p) { return p.hook_->name != "file_free_security"; }

  dsl::value leaf() {
    using r = random_program;
    static constexpr number_row all[] = {
        {"pid", [](r& p, unsigned) { return p.h_->pid(); }},
        {"thread", [](r& p, unsigned) { return p.h_->thread(); }},
        {"uid", [](r& p, unsigned) { return p.h_->uid(); }},
        {"gid", [](r& p, unsigned) { return p.h_->gid(); }},
        {"cgroup_id", [](r& p, unsigned) { return p.h_->cgroup_id(); }},
        {"time", [](r& p, unsigned) { return p.h_->time(); }},
        {"uptime", [](r& p, unsigned) { return p.h_->uptime(); }},
        {"or_zero", [](r& p, unsigned) { return p.cast().or_zero(); }},
        {"constant", [](r& p, unsigned) { return p.h_->constant("chosen", 7); }},
        {"denial as a number", [](r& p, unsigned) { return p.h_->denial(ENODEV); }},
        {"enumerator", [](r& p, unsigned) { return p.h_->enumerator("kernel_read_file_id", "READING_MODULE"); }},
        {"current task", [](r& p, unsigned) { return p.h_->current()["tgid"]; }},
        {"current task, followed", [](r& p, unsigned) { return p.h_->current()["real_parent"]["tgid"]; }},
        {"element of an array", [](r& p, unsigned) { return p.h_->current()["comm[3]"]; }},
        {"cast", [](r& p, unsigned) { return p.cast(); }},
        {"call", [](r& p, unsigned) { return p.call(); }},
        {"call", [](r& p, unsigned) { return p.call(); }},
        {"function, called", [](r& p, unsigned) { return p.call_function(); }, has_functions},
        {"function, called", [](r& p, unsigned) { return p.call_function(); }, has_functions},
        {"fixed", [](r& p, unsigned) { return p.h_->fixed<std::uint32_t>("limit", 500).number().get(); }},
        {"port", [](r& p, unsigned) { return dsl::socket_address(p.h_->arg("address")).port(); }, has_address},
        {"family", [](r& p, unsigned) { return dsl::socket_address(p.h_->arg("address")).family(); }, has_address},
        {"variable, read", [](r& p, unsigned) { return p.h_->variable<std::uint64_t>("seen").number().get(); }},
        {"number of the hook", [](r& p, unsigned) { return p.follow(p.any_of(p.hook_->numbers)); }, has_numbers},
        {"number of the hook", [](r& p, unsigned) { return p.follow(p.any_of(p.hook_->numbers)); }, has_numbers},
        {"number of the hook", [](r& p, unsigned) { return p.follow(p.any_of(p.hook_->numbers)); }, has_numbers},
        {"number of the hook", [](r& p, unsigned) { return p.follow(p.any_of(p.hook_->numbers)); }, has_numbers},
    };
    return pick(all).make(*this, 0);
  }

  dsl::value cast() {
    switch (below(3)) {
      case 0: return any_pointer().as("sockaddr_in")["sin_addr.s_addr"];
      case 1: return any_pointer().as("inode")["i_sb"]["s_dev"];
      default: return any_pointer().as("file")["f_inode"]["i_mode"];
    }
  }

  dsl::value number(unsigned depth) {
    using r = random_program;
    static constexpr number_row all[] = {
        {"+", [](r& p, unsigned d) { return p.number(d) + p.number(d); }},
        {"-", [](r& p, unsigned d) { return p.number(d) - p.number(d); }},
        {"*", [](r& p, unsigned d) { return p.number(d) * 3; }},
        {"* of two values", [](r& p, unsigned d) { return p.number(d) * p.number(d); }},
        {"/", [](r& p, unsigned d) { return (p.number(d) & 0xffff) / 7; }},
        {"/ by a value", [](r& p, unsigned d) { return (p.number(d) & 0xffff) / (p.number(d) & 7); }},
        {"%", [](r& p, unsigned d) { return (p.number(d) & 0xffff) % 100; }},
        {"&", [](r& p, unsigned d) { return p.number(d) & 0xff; }},
        {"|", [](r& p, unsigned d) { return p.number(d) | p.number(d); }},
        {"^", [](r& p, unsigned d) { return p.number(d) ^ 0x1234; }},
        {"<<", [](r& p, unsigned d) { return p.number(d) << p.below(8); }},
        {">>", [](r& p, unsigned d) { return p.number(d) >> p.below(8); }},
        {"<< by a value", [](r& p, unsigned d) { return p.number(d) << (p.number(d) & 7); }},
        {">> by a value", [](r& p, unsigned d) { return p.number(d) >> (p.number(d) & 7); }},
        {"number on the left", [](r& p, unsigned d) { return 100 - (p.number(d) & 63); }},
        {"network order", [](r& p, unsigned) { return p.network_order(); }},
        {"large number", [](r& p, unsigned d) { return p.number(d) & 0x1234567890; }},
        {"negative number", [](r& p, unsigned d) { return p.number(d) + -77; }},
    };
    if (depth == 0 || one_in(8)) return leaf();
    return pick(all).make(*this, depth - 1);
  }

  dsl::value network_order() {
    if (one_in(2)) return any_pointer().as("sockaddr_in")["sin_port"].from_network();
    return h_->uid().from_network();
  }

  // --------------------------------------------------------------------------------------------------- conditions --

  struct condition_row {
    std::string_view word;
    dsl::condition (*make)(random_program&, unsigned depth);
    fitting fits = nullptr;
  };

  dsl::condition combined(unsigned depth) {
    using r = random_program;
    static constexpr condition_row all[] = {
        {"&&", [](r& p, unsigned d) { return p.condition(d) && p.condition(d); }},
        {"||", [](r& p, unsigned d) { return p.condition(d) || p.condition(d); }},
        {"!", [](r& p, unsigned d) { return !p.condition(d); }},
    };
    return pick(all).make(*this, depth - 1);
  }

  dsl::condition condition(unsigned depth) {
    using r = random_program;
    static constexpr condition_row all[] = {
        {"==", [](r& p, unsigned d) { return p.number(d) == p.below(100); }},
        {"!=", [](r& p, unsigned d) { return p.number(d) != p.below(100); }},
        {"<", [](r& p, unsigned d) { return p.number(d) < 77; }},
        {"<=", [](r& p, unsigned d) { return p.number(d) <= 78; }},
        {">", [](r& p, unsigned d) { return p.number(d) > 79; }},
        {">=", [](r& p, unsigned d) { return p.number(d) >= 80; }},
        {"two values", [](r& p, unsigned d) { return (p.number(d) & 0xfff) > (p.number(d) & 0xff); }},
        {"in", [](r& p, unsigned d) { return p.number(d).in({1, 2, 3, 17, 38}); }},
        {"bits", [](r& p, unsigned d) { return dsl::condition(p.number(d) & 6); }},
        {"number as condition", [](r& p, unsigned d) { return dsl::condition(p.number(d)); }},
        {"comm ==", [](r& p, unsigned) { return p.h_->comm() == "systemd"; }},
        {"comm !=", [](r& p, unsigned) { return p.h_->comm() != "init"; }},
        {"comm starts_with", [](r& p, unsigned) { return p.h_->comm().starts_with("sys"); }},
        {"text ==", [](r& p, unsigned) { return p.text() == "shadow"; }, has_text_room},
        {"text ==", [](r& p, unsigned) { return p.text() == "shadow"; }, has_text_room},
        {"text starts_with", [](r& p, unsigned) { return p.text().starts_with("lib"); }, has_text_room},
        {"text starts_with", [](r& p, unsigned) { return p.text().starts_with("lib"); }, has_text_room},
        {"path ==", [](r& p, unsigned) { return p.path() == "/etc/shadow"; }, has_paths},
        {"path ==", [](r& p, unsigned) { return p.path() == "/etc/shadow"; }, has_paths},
        {"path starts_with", [](r& p, unsigned) { return p.path().starts_with("/usr/", dsl::unknown::counts_as_true); },
         has_paths},
        {"path starts_with", [](r& p, unsigned) { return p.path().starts_with("/usr/", dsl::unknown::counts_as_false); },
         has_paths},
        {"in_cgroups",
         [](r& p, unsigned) {
           return p.h_->in_cgroups("some_cgroups", {"/sys/fs/cgroup", "/sys/fs/cgroup", "/sys/fs/cgroup", "/sys/fs/cgroup"});
         },
         stays_awake},
        {"bytes ==", [](r& p, unsigned) { return p.block() == std::array<std::uint8_t, 4>{127, 0, 0, 1}; }, has_room},
        {"bytes !=", [](r& p, unsigned) { return p.block() != std::array<std::uint8_t, 3>{1, 2, 3}; }, has_room},
        {"network of either family",
         [](r& p, unsigned) {
           return dsl::socket_address(p.h_->arg("address")).in(p.one_in(2) ? "192.168.0.0/16" : "fe80::/10");
         },
         has_address},
        {"network of either family",
         [](r& p, unsigned) { return dsl::socket_address(p.h_->arg("address")).in(p.one_in(2) ? "10.1.0.0/16" : "2001:db8::1"); },
         has_address},
        {"IPv4 network",
         [](r& p, unsigned) {
           return dsl::address(p.any_pointer().as("sockaddr_in")["sin_addr"]).in(p.one_in(2) ? "10.0.0.0/8" : "127.0.0.1");
         }},
        {"IPv6 network",
         [](r& p, unsigned) {
           return dsl::address(p.any_pointer().as("sockaddr_in6")["sin6_addr"]).in(p.one_in(2) ? "2001:db8::/33" : "::1");
         }},
        {"pointer", [](r& p, unsigned) { return dsl::condition(p.any_pointer()); }, has_pointers},
        {"pointer == 0", [](r& p, unsigned) { return p.any_pointer() == 0; }, has_pointers},
        {"pointer == pointer", [](r& p, unsigned) { return p.any_pointer() == p.h_->current()["real_parent"]; }, has_pointers},
    };
    if (depth != 0 && one_in(2)) return combined(depth);
    return pick(all).make(*this, depth == 0 ? 1 : 2);
  }

  /// Strings and bytes take stack, so their number is limited.
  dsl::text text() {
    bytes_left_ -= 32;
    return follow(any_of(hook_->texts)).text(32);
  }
  dsl::byte_block block() {
    bytes_left_ -= 16;
    return any_pointer().bytes(16);
  }
  dsl::path_text path() {
    bytes_left_ -= 64;
    return follow(any_of(hook_->paths)).path(64);
  }

  // --------------------------------------------------------------------------------------------------- statements --

  struct statement_row {
    std::string_view word;
    void (*make)(random_program&, unsigned depth);
    fitting fits = nullptr;
  };

  void statements(unsigned depth) {
    const unsigned many = 1 + below(3);
    for (unsigned i = 0; i < many; ++i) statement(depth);
  }

  void statement(unsigned depth) {
    using r = random_program;
    static constexpr statement_row simple[] = {
        {"audit", [](r& p, unsigned) { p.h_->audit(p.any_event()); }},
        {"audit", [](r& p, unsigned) { p.h_->audit(p.any_event()); }},
        {"verdict in a condition", [](r& p, unsigned) { p.h_->when(p.condition(2), [&p] { p.verdict(); }); }, may_decide},
        {"hold", [](r& p, unsigned) { p.hold(); }, may_hold},
        {"only_in_scope", [](r& p, unsigned) { p.h_->only_in_scope(); }, may_decide},
    };
    static constexpr statement_row nested[] = {
        {"when", [](r& p, unsigned d) { p.h_->when(p.condition(3), [&p, d] { p.statements(d); }); }},
        {"otherwise",
         [](r& p, unsigned d) {
           const dsl::decision other = p.h_->when(p.condition(2), [&p, d] { p.statements(d); });
           other.otherwise([&p, d] { p.statements(d); });
         }},
        {"loop", [](r& p, unsigned) { p.loop(); }},
    };
    if (depth != 0 && one_in(3)) return pick(nested).make(*this, depth - 1);
    if (one_in(3)) return pick(simple).make(*this, depth);
    map_statement();
  }

  void loop() {
    struct row {
      std::string_view word;
      void (dsl::control::*how)(std::uint32_t, const dsl::round&, dsl::written_at);
      fitting fits = nullptr;
    };
    static constexpr row all[] = {
        {"unrolled", &dsl::control::unrolled},
        {"bounded", &dsl::control::bounded},
        {"called", &dsl::control::called, [](const random_program& p) { return p.can_.since(5, 17); }},
    };
    const row& one = pick(all);
    const bool is_called = one.how == &dsl::control::called;
    rounds_ += is_called;
    (h_->*one.how)(1 + below(4), [this](const dsl::value& i) { round(i); }, dsl::written_at::current());
    rounds_ -= is_called;
  }

  void round(const dsl::value& i) {
    used("loop's count");
    h_->array<std::uint64_t>("rounds", 8).find(i & 7).found([&](auto one) { one.number().add(i); });
    ++loops_;
    if (one_in(3)) statements(0);
    if (loops_ == 1 && one_in(6)) {
      used("loop in a loop");
      loop();
    }
    if (one_in(3)) {
      used("stop");
      h_->when(condition(1), [this] { h_->stop(); });
    }
    --loops_;
  }

  dsl::record_value any_event() {
    switch (below(4)) {
      case 0:
        used("event of numbers");
        return dsl::record<numbers_event>(number(2), h_->time(), number(1), number(1) & 0xffff, 7);
      case 1: used("event with bytes"); return dsl::record<bytes_event>(number(1), any_pointer().bytes(16));
      case 2:
        if (has_texts(*this)) {
          used("event with a text");
          return dsl::record<event>(number(2), h_->pid(), 5, h_->comm(), follow(any_of(hook_->texts)).text(32));
        }
        [[fallthrough]];
      default:
        used("event with comm");
        return dsl::record<event>(number(2), 0, number(1) & 0xff, h_->comm(), h_->current()["comm"].text(32));
    }
  }

  void verdict() {
    using r = random_program;
    static constexpr statement_row all[] = {
        {"deny", [](r& p, unsigned) { p.h_->deny(EPERM); }, returns_errno},
        {"deny with an errno", [](r& p, unsigned) { p.h_->deny(EACCES); }, returns_errno},
        {"deny with an event", [](r& p, unsigned) { p.h_->deny(EPERM, p.any_event()); }, returns_errno},
        {"allow", [](r& p, unsigned) { p.h_->allow(); }},
        {"allow with an event", [](r& p, unsigned) { p.h_->allow(p.any_event()); }},
        {"return value", [](r& p, unsigned) { p.h_->return_value(p.number(2) & 0xffff); }, returns_number},
        {"return value that is known", [](r& p, unsigned) { p.h_->return_value(p.h_->denial(ENOENT)); }, returns_errno},
    };
    pick(all).make(*this, 0);
  }

  // Maps and storage (random_state_vm.cpp).
  void map_statement();
  template <class Storage>
  void keep(const Storage& storage, const dsl::value& owner);
  template <class Table>
  void use_table(const Table& table);

  // Calls (random_calls_vm.cpp).
  dsl::value call();
  void hold();
  void write_functions();
  dsl::value call_function();

  std::mt19937 chance_;
  const abilities can_;
  std::set<std::string> words_;
  const random_hook* hook_ = nullptr;
  dsl::options how_;
  unsigned bytes_left_ = 160;
  unsigned inside_ = 0;  ///< the depth of functions around the current position
  unsigned loops_ = 0, rounds_ = 0, holds_ = 0;
  std::optional<dsl::local_function<std::uint32_t(std::uint64_t, std::uint32_t)>> scaled_;
  std::optional<dsl::local_function<bool(dsl::pointer<"task_struct">)>> is_child_;
  dsl::hook* h_ = nullptr;
};

}  // namespace lsmith::tests
