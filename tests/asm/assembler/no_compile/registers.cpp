// Lines that must not compile, one for each case. Case 0 has the correct forms and compiles.
#include <lsmith/asm/assembler/assembler.hpp>

using namespace lsmith::isa;

operation wrong() {
#if CASE == 0
  (void)add(r1, r10), (void)mov(w1, w10), (void)load(r1, mem64[r10 - 8]), (void)load(r1, mems32[r1]);
  (void)jeq(w1, w2, +1), (void)atomic_add(mem32[r1], w2), (void)mov(r1, 'x'), (void)cmpxchg(mem64[r1], r10);
  return mov(r1, r2);
#elif CASE == 1  // says: no matching function for call to 'mov
  return mov(r10, 0);
#elif CASE == 2  // says: no matching function for call to 'mov
  return mov(w10, 0);
#elif CASE == 3  // says: no matching function for call to 'add
  return add(r1, w2);
#elif CASE == 4  // says: no matching function for call to 'add
  return add(w1, r2);
#elif CASE == 5  // says: no matching function for call to 'load
  return load(r10, mem64[r1]);
#elif CASE == 6  // says: no matching function for call to 'load
  return load(w1, mem64[r1]);
#elif CASE == 7  // says: no matching function for call to 'load
  return load(w1, mems8[r1]);
#elif CASE == 8  // says: operator[]
  return load(r1, mem64[w1]);
#elif CASE == 9  // says: no matching function for call to 'jeq
  return jeq(r1, w2, +1);
#elif CASE == 10  // says: no matching function for call to 'atomic_add
  return atomic_add(mem32[r1], r2);
#elif CASE == 11  // says: no matching function for call to 'atomic_add
  return atomic_add(mem8[r1], w2);
#elif CASE == 12  // says: no matching function for call to 'atomic_fetch_add
  return atomic_fetch_add(mem64[r1], r10);
#elif CASE == 13  // says: no matching function for call to 'mov
  return mov(r1, 1.5);
#elif CASE == 14  // says: no matching function for call to 'store
  return store(mems8[r1], r2);
#elif CASE == 15  // says: no matching function for call to 'store
  return store(mem64[r1], w2);
#elif CASE == 16  // says: no matching function for call to 'store
  return store(mem64[r1], constant("two names would need two places"));
#elif CASE == 17  // says: w_register
  return movsx32(w1, w2);
#elif CASE == 18  // says: no matching function for call to 'call
  return call(14);  // a helper, or a distance? call(helper{14}), call_local(14)
#elif CASE == 19  // says: no matching function for call to 'ld_imm64
  return ld_imm64(w1, 5);
#elif CASE == 20  // says: no matching function for call to 'neg
  return neg(r10);
#elif CASE == 21  // says: no matching function for call to 'mov
  return mov(r1, nullptr);
#else
#error past the last case: 21
#endif
}
