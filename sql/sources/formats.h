/* formats.h - the formats that are written in C. */
#pragma once

#include "sql/sources/source.h"

extern const RushFileFormat rush_csv_format, rush_json_format, rush_text_format;
