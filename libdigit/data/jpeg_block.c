#include "data/jpeg_block.h"

#include <math.h>
#include <stdint.h>

#define BLOCK DG_JPEG_SIDE

/* Luminance, from ISO/IEC 10918-1, table K.1. */
static const uint8_t steps[BLOCK][BLOCK] = {
    {16, 11, 10, 16, 24, 40, 51, 61},     {12, 12, 14, 19, 26, 58, 60, 55},
    {14, 13, 16, 24, 40, 57, 69, 56},     {14, 17, 22, 29, 51, 87, 80, 62},
    {18, 22, 37, 56, 68, 109, 103, 77},   {24, 35, 55, 64, 81, 104, 113, 92},
    {49, 64, 78, 87, 103, 121, 120, 101}, {72, 92, 95, 98, 112, 100, 103, 99},
};

/* cosines[k][x]: the orthonormal DCT-II of eight places. */
static const float cosines[BLOCK][BLOCK] = {
    {0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f, 0.35355339f,
     0.35355339f},
    {0.49039264f, 0.41573481f, 0.27778512f, 0.09754516f, -0.09754516f, -0.27778512f, -0.41573481f,
     -0.49039264f},
    {0.46193977f, 0.19134172f, -0.19134172f, -0.46193977f, -0.46193977f, -0.19134172f, 0.19134172f,
     0.46193977f},
    {0.41573481f, -0.09754516f, -0.49039264f, -0.27778512f, 0.27778512f, 0.49039264f, 0.09754516f,
     -0.41573481f},
    {0.35355339f, -0.35355339f, -0.35355339f, 0.35355339f, 0.35355339f, -0.35355339f, -0.35355339f,
     0.35355339f},
    {0.27778512f, -0.49039264f, 0.09754516f, 0.41573481f, -0.41573481f, -0.09754516f, 0.49039264f,
     -0.27778512f},
    {0.19134172f, -0.46193977f, 0.46193977f, -0.19134172f, -0.19134172f, 0.46193977f, -0.46193977f,
     0.19134172f},
    {0.09754516f, -0.27778512f, 0.41573481f, -0.49039264f, 0.49039264f, -0.41573481f, 0.27778512f,
     -0.09754516f},
};

/* out = C in C^T, or the inverse with C^T. */
static void transform(dg_jpeg_block in, int back, dg_jpeg_block out)
{
    dg_jpeg_block half = {{0}};
    for (int i = 0; i < BLOCK; i++)
        for (int k = 0; k < BLOCK; k++) {
            const float c = back ? cosines[k][i] : cosines[i][k];
            for (int j = 0; j < BLOCK; j++)
                half[i][j] += c * in[k][j];
        }
    for (int i = 0; i < BLOCK; i++)
        for (int j = 0; j < BLOCK; j++) {
            out[i][j] = 0;
            for (int k = 0; k < BLOCK; k++)
                out[i][j] += half[i][k] * (back ? cosines[k][j] : cosines[j][k]);
        }
}

void dg_jpeg_round(dg_jpeg_block pixels, float coarseness)
{
    dg_jpeg_block waves;
    transform(pixels, 0, waves);
    for (int y = 0; y < BLOCK; y++)
        for (int x = 0; x < BLOCK; x++) {
            const float step = (float)steps[y][x] * coarseness;
            waves[y][x] = rintf(waves[y][x] / step) * step;
        }
    transform(waves, 1, pixels);
}
