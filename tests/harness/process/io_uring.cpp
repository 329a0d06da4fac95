#include <lsmith/tests/harness/process/io_uring.hpp>

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <lsmith/btf/base/fd.hpp>

namespace lsmith::tests {
namespace {

char* map_ring(const fd& ring, std::size_t size, off_t which) {
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.get(), which);
  return at == MAP_FAILED ? nullptr : static_cast<char*>(at);
}

std::uint32_t& number_at(char* ring, std::uint32_t offset) { return *reinterpret_cast<std::uint32_t*>(ring + offset); }

/// Makes one request. The ring stays mapped: a process of a test makes few of them.
int request(const fd& ring, const io_uring_params& how, const ring_request& what) {
  char* const requests = map_ring(ring, how.sq_off.array + how.sq_entries * 4, IORING_OFF_SQ_RING);
  char* const results = map_ring(ring, how.cq_off.cqes + how.cq_entries * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
  char* const entries = map_ring(ring, how.sq_entries * sizeof(ring_request), IORING_OFF_SQES);
  if (requests == nullptr || results == nullptr || entries == nullptr) return -ENOMEM;
  std::memcpy(entries, &what, sizeof what);
  number_at(requests, how.sq_off.array) = 0;
  __atomic_store_n(&number_at(requests, how.sq_off.tail), 1, __ATOMIC_RELEASE);
  if (syscall(SYS_io_uring_enter, ring.get(), 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) < 0) return -errno;
  return reinterpret_cast<const io_uring_cqe*>(results + how.cq_off.cqes)->res;
}

}  // namespace

int through_ring(const ring_request& what) {
  io_uring_params how{};
  const fd ring(static_cast<int>(syscall(SYS_io_uring_setup, 1, &how)));
  return ring.get() < 0 ? -ENOSYS : request(ring, how, what);
}

int through_ring_with_old_credentials(ring_request what, const std::function<void()>& change) {
  io_uring_params how{};
  const fd ring(static_cast<int>(syscall(SYS_io_uring_setup, 1, &how)));
  if (ring.get() < 0) return -ENOSYS;
  const long registered = syscall(SYS_io_uring_register, ring.get(), IORING_REGISTER_PERSONALITY, nullptr, 0);
  if (registered < 0) return -errno;
  change();
  what.buffer = static_cast<std::uint32_t>(registered) << 16;  // struct io_uring_sqe::personality
  return request(ring, how, what);
}

int make_ring_with_thread() {
  io_uring_params how{};
  how.flags = IORING_SETUP_SQPOLL;
  const fd ring(static_cast<int>(syscall(SYS_io_uring_setup, 1, &how)));
  return ring.get() < 0 ? errno : 0;
}
int receive_through_ring(int socket) {
  char character = 0;
  iovec data{&character, 1};
  msghdr head{};
  head.msg_iov = &data;
  head.msg_iovlen = 1;
  return through_ring({.operation = ring_operation::recvmsg, .fd = socket, .address = ring_address(&head), .length = 1});
}

int splice_through_ring(int from, int to) {
  constexpr std::uint64_t no_offset = ~std::uint64_t{0};
  return through_ring({.operation = ring_operation::splice,
                       .fd = to,
                       .offset = no_offset,
                       .address = no_offset,
                       .length = 1,
                       .second_fd = static_cast<std::uint32_t>(from)});
}

std::uint64_t ring_address(const void* at) { return reinterpret_cast<std::uintptr_t>(at); }

long call_as_32_bit(int number, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d, std::uint32_t e) {
#ifdef __x86_64__
  long result = number;
  asm volatile("int $0x80" : "+a"(result) : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "r8", "r9", "r10", "r11", "memory", "cc");
  return static_cast<std::int32_t>(result);
#else
  return -ENOSYS;
#endif
}

std::byte* memory_for_32_bit(std::size_t size) {
#ifdef MAP_32BIT
  constexpr int low = MAP_32BIT;
#else
  constexpr int low = 0;
#endif
  void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | low, -1, 0);
  if (at == MAP_FAILED) std::abort();
  return static_cast<std::byte*>(at);
}

std::uint32_t address_for_32_bit(const void* at) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(at)); }

}  // namespace lsmith::tests
