/* Enforces the policy with a libbpf skeleton. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "theirs.skel.h"

int main(void) {
  struct theirs_bpf *policy = theirs_bpf__open_and_load();
  uint64_t nothing = 0;
  if (policy == NULL || theirs_bpf__attach(policy) != 0) return 1;
  if (write(3, &nothing, sizeof nothing) != sizeof nothing) return 1;
  for (;;) pause();
}
