#include "base/fpenv.h"

#if defined(__SSE2__)

#include <xmmintrin.h>

#define MXCSR_MASK_ALL 0x1F80u /* the power-on value: exceptions masked, to nearest */
#define MXCSR_FTZ 0x8000u
#define MXCSR_DAZ 0x0040u

dg_fpenv dg_fpenv_enter(void)
{
    const unsigned saved = _mm_getcsr();
    _mm_setcsr(MXCSR_MASK_ALL | MXCSR_FTZ | MXCSR_DAZ);
    return saved;
}

void dg_fpenv_leave(dg_fpenv saved)
{
    _mm_setcsr((unsigned)saved);
}

#elif defined(__aarch64__)

#define FPCR_FZ (1u << 24)

/* The sticky flags live in FPSR, the rest in FPCR: both are the caller's. */
dg_fpenv dg_fpenv_enter(void)
{
    uint64_t control, status;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("mrs %0, fpsr" : "=r"(status));
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)FPCR_FZ));
    return control << 32 | (uint32_t)status;
}

void dg_fpenv_leave(dg_fpenv saved)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(saved >> 32));
    __asm__ volatile("msr fpsr, %0" : : "r"(saved & 0xFFFFFFFFu));
}

#else

#include <fenv.h>

dg_fpenv dg_fpenv_enter(void)
{
    const int saved = fegetround();
    fesetround(FE_TONEAREST);
    return (uint64_t)saved;
}

void dg_fpenv_leave(dg_fpenv saved)
{
    fesetround((int)saved);
}

#endif
