// In a guest: measures allow-egress with a thousand, a hundred thousand and a million rules. It measures reading the file,
// enforcing the policy, only the updates of a map with the same elements, and a decision.
//
//   egress        prints lines "egress RULES READ ENFORCE UPDATES DECISION", in microseconds, the last in nanoseconds
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

#include <lsmith/loader/enforce.hpp>
#include <lsmith/programs/options/address_rules.hpp>
#include <lsmith/programs/policies/catalogue.hpp>

namespace {

using namespace lsmith;
using programs::network_key, programs::open_ports;

constexpr const char* rule_file = "/tmp/rules";

double microseconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

/// Writes addresses from all of 10.0.0.0/8, in no order, and the address to which the decision is measured.
void write_rules(unsigned count) {
  std::ofstream file(rule_file);
  file << "127.0.0.1 9\n";
  for (unsigned i = 1; i < count; ++i) {
    const unsigned mixed = i * 2654435761u & 0xffffff;
    file << "10." << (mixed >> 16) << '.' << (mixed >> 8 & 255) << '.' << (mixed & 255) << " 443\n";
  }
}

/// Writes the same elements into a map like the policy's, in batches if this kernel has them for such maps.
double bare_updates(const loader::map_contents& all, unsigned count) {
  LIBBPF_OPTS(bpf_map_create_opts, how, .map_flags = BPF_F_NO_PREALLOC);
  const int map = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "bare", sizeof(network_key), sizeof(open_ports), count, &how);
  const double taken = microseconds_of([&] {
    std::uint32_t done = count;
    if (bpf_map_update_batch(map, all.keys.data(), all.values.data(), &done, nullptr) == 0) return;
    for (unsigned i = 0; i < count; ++i)
      bpf_map_update_elem(map, all.keys.data() + i * sizeof(network_key), all.values.data() + i * sizeof(open_ports), BPF_ANY);
  });
  close(map);
  return taken;
}

/// Measures a decision, after a pause in which the kernel finishes its work for maps that were made or freed.
double nanoseconds_of_decision() {
  constexpr unsigned calls = 2000;
  usleep(1'000'000);
  const int one = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  unsigned denied = 0;
  const double taken = microseconds_of([&] {
    for (unsigned i = 0; i < calls; ++i) denied += connect(one, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0;
  });
  close(one);
  if (denied != 0) std::printf("%u of %u allowed connections were refused\n", denied, calls);
  return taken * 1000 / calls;
}

bool measure(const btf::types& kernel, unsigned count) {
  write_rules(count);
  checked<programs::made_policy> policy;
  const programs::chosen_policy chosen[] = {{*programs::find_policy("allow-egress"), {{"rules", rule_file}}}};
  const double reading =
      microseconds_of([&] { policy = programs::make(chosen, {.events = programs::event_channel::none}, kernel); });
  if (!policy) return std::printf("%s\n", to_string(policy.error()).c_str()), false;
  std::optional<loader::enforcement> held;
  const double enforcing = microseconds_of([&] {
    auto enforced = loader::enforce(policy->whole, {.contents = policy->contents});
    if (enforced) held.emplace(std::move(*enforced));
    else std::printf("%s\n", to_string(enforced.error()).c_str());
  });
  if (!held) return false;
  const double decision = nanoseconds_of_decision();
  held.reset();
  std::printf("egress %u %.0f %.0f %.0f %.0f\n", count, reading, enforcing, bare_updates(policy->contents.front(), count),
              decision);
  return true;
}

}  // namespace

int main() {
  setvbuf(stdout, nullptr, _IOLBF, 0);
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
  mkdir("/tmp", 0755);
  std::ifstream in("/sys/kernel/btf/vmlinux", std::ios::binary);
  const std::vector<char> raw((std::istreambuf_iterator<char>(in)), {});
  const auto kernel = btf::types::parse(std::as_bytes(std::span(raw)));
  if (!kernel) return 1;
  nanoseconds_of_decision();  // the first calls are slower
  std::printf("egress 0 0 0 0 %.0f\n", nanoseconds_of_decision());
  bool good = true;
  for (const unsigned count : {1000u, 100'000u, 1'000'000u}) good = measure(*kernel, count) && good;
  std::printf("total: %d passed, %d failed, 0 skipped\n", good, !good);  // for ring.sh: the guest ran to its end
}
