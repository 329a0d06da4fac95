// One request at a time through io_uring(7), and system calls as a 32-bit program makes them: two other ways to the calls that a
// policy on system calls must deny.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace lsmith::tests {

/// The operations that tests use (include/uapi/linux/io_uring.h). The kernel refuses with EINVAL one that it lacks.
enum class ring_operation : std::uint8_t {
  sendmsg = 9,
  recvmsg = 10,
  accept = 13,
  connect = 16,
  openat = 18,
  write = 23,
  send = 26,
  splice = 30,
  socket = 45,     ///< 5.19
  uring_cmd = 46,  ///< of sockets: 6.5
  bind = 56,       ///< 6.11
  listen = 57,     ///< 6.11
};

/// A request, as struct io_uring_sqe has it.
struct ring_request {
  ring_operation operation;
  std::uint8_t flags = 0;
  std::uint16_t ioprio = 0;
  std::int32_t fd = -1;
  std::uint64_t offset = 0;   ///< also a second address
  std::uint64_t address = 0;
  std::uint32_t length = 0;
  std::uint32_t operation_flags = 0;
  std::uint64_t user_data = 0;
  std::uint32_t buffer = 0;
  std::uint32_t second_fd = 0;  ///< also the length of a second address, or of an option
  std::uint64_t third = 0;
  std::uint64_t reserved = 0;
};
static_assert(sizeof(ring_request) == 64);

inline constexpr std::uint8_t ring_async = 16;  ///< a flag: a worker of the kernel executes the request

/// The result of the request: negative errnos as from the kernel; -ENOSYS if the kernel has no io_uring.
int through_ring(const ring_request& what);

/// The same with the credentials that the process had before `change` was called (a personality of the ring).
int through_ring_with_old_credentials(ring_request what, const std::function<void()>& change);

/// Makes a ring for which a thread of the kernel waits (IORING_SETUP_SQPOLL): 0 or an errno.
int make_ring_with_thread();

/// Receives one byte, or moves one between a pipe and another file; the results are those of through_ring().
int receive_through_ring(int socket);
int splice_through_ring(int from, int to);

/// An address as a request has it.
std::uint64_t ring_address(const void* at);

/// A system call by its number for 32-bit programs. The result is negative for an errno; -ENOSYS if the kernel runs none.
long call_as_32_bit(int number, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0,
                    std::uint32_t e = 0);

/// Zeroed memory that a 32-bit program can address.
std::byte* memory_for_32_bit(std::size_t size);
std::uint32_t address_for_32_bit(const void* at);

}  // namespace lsmith::tests
