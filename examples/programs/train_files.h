/* train_files.h - the files that a training reads and writes, checked before it begins. */
#ifndef EXAMPLES_TRAIN_FILES_H
#define EXAMPLES_TRAIN_FILES_H

#include <stddef.h>

typedef struct train_file {
    const char *option; /* that names it, without the dashes */
    const char *path;   /* NULL: none */
} train_file;

/* Can a model be saved there in the end? Returns the exit status, 0 or 1, after saying what is
 * wrong; ends the program if the name's ending is that of another format. */
int train_files_check_model(const char *path);

/* End the program if a file that is written is also read, or written twice; or if it is one of
 * those in the sub-folders 0 to 9 of `folder`. */
void train_files_check_apart(const train_file *inputs, size_t input_count,
                             const train_file *outputs, size_t output_count);
void train_files_check_folder(const char *folder, const train_file *outputs, size_t output_count);

#endif
