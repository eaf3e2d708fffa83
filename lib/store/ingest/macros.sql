-- How one cell of text becomes a value. text_of and filled take the cell as it stands in the file; every other macro
-- takes what filled gives, so that null is a blank cell and a null from any other macro is a cell it cannot read.
-- Each uses its argument once or twice only: macros are expanded into one another, and planning pays for every copy.

-- the text without the spaces around it: blank, tab, line ends, no-break space, byte-order mark
create macro bare(x) as
    case when regexp_matches(x, '^[\s\x{00A0}\x{FEFF}]|[\s\x{00A0}\x{FEFF}]$|^="[^"]*"$')
         then regexp_replace(
             trim(x, ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160) || chr(65279)),
             '^="([^"]*)"$', '\1')  -- as some write an id that a spreadsheet is to leave alone
         else x end;

-- text: blank where nothing was meant. None, NA and - stay: they may be a category, Namibia, a grade
create macro meant(b) as
    case when lower(left(b, 20)) in ('', 'null', '<null>', '\n', 'n/a', '#n/a', '000000000000000aaa') then null else b end;
create macro text_of(x) as meant(bare(x));

-- what a number, a day or a flag is read from: here None, NA, - and a failed formula are blanks too
create macro given(b) as
    case when lower(left(b, 20)) in (
             '', 'null', '<null>', '\n', 'n/a', '#n/a', '000000000000000aaa', 'na', 'none', 'nil', 'nan', 'nat', '-',
             '--', '–', '?', '.', '#value!', '#ref!', '#div/0!', '#name?', '#null!', '#num!') then null
         else b end;
create macro filled(x) as given(bare(x));

-- 7.2E+15: an id or an amount that a spreadsheet has cut to a few digits
create macro is_damaged(v) as regexp_full_match(v, '-?\d([.,]\d+)?[eE]\+?\d+');

-- a cheap look before the dear ones: digits with at most a currency and a sign; three numbers, or the name of a month
create macro may_be_number(v) as
    regexp_full_match(v, '[-+−(]{0,2}(?:[A-Z]{0,3}[$€£¥￥\\₹]|[A-Z]{3})?[ \x{00A0}\x{202F}]?[-+]?[\d.,][\d., \x{00A0}\x{202F}’'']*([eE]-\d+)?[^\d]{0,5}');
create macro may_be_day(v) as
    regexp_matches(v, '^\d{1,4}[-/.年]\d{1,2}[-/.月]\d|^(19|20)\d{6}T|^(?i).{0,16}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)');

-- the currency a number is written with, as written
create macro currency_of(v) as
    nullif(regexp_extract(v, '[$€£¥￥\\₹]|USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|BRL|ZAR|SGD|HKD|CNY'), '');

-- a number without its currency, its brackets (below zero), a typographer's minus; the percent sign stays
create macro undressed(v) as
    case when regexp_full_match(v, '[-\d.,]+') then v else regexp_replace(regexp_replace(regexp_replace(replace(v, '−', '-'),
        '^(\(?[-+]?)(?:(?:US|CA|A|NZ|HK|S|R)?[$€£¥￥\\₹]|USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|BRL|ZAR|SGD|HKD|CNY)[ \x{00A0}\x{202F}]?([-+\d.,])', '\1\2'),
        '([\d.,])[ \x{00A0}\x{202F}]?(?:[$€£¥￥\\₹]|USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|INR|BRL|ZAR|SGD|HKD|CNY)(\)?)$', '\1\2'),
        '^\((.*)\)$', '-\1') end;

-- 1,234.56 and 1.234,56 as 1234.56; thousands must stand in threes, tiny numbers may be written 1e-05
create macro point_digits(v) as
    case when regexp_full_match(v, '[-+]?(\d+|\d{1,3}([, \x{00A0}\x{202F}’'']\d{3})+)(\.\d*)?([eE]-\d+)?[ \x{00A0}\x{202F}]?%?|[-+]?\.\d+%?')
         then regexp_replace(v, '[^-\deE.%]', '', 'g') end;
create macro comma_digits(v) as
    case when regexp_full_match(v, '[-+]?(\d+|\d{1,3}([. \x{00A0}\x{202F}’'']\d{3})+)(,\d*)?[ \x{00A0}\x{202F}]?%?|[-+]?,\d+%?')
         then replace(regexp_replace(v, '[^-\d,%]', '', 'g'), ',', '.') end;

-- 45.3K, $1.2M: what is written short, without its currency; as digits with an exponent
create macro short_of(v) as
    regexp_extract(undressed(v), '^[-+]?[\d.,]*\d[ \x{00A0}]?(?i:k|m|mm|mn|mio|bn)$');
create macro exponent_of(short) as
    case lower(trim(regexp_extract(short, '[A-Za-z]+$'))) when 'k' then 'e3' when 'bn' then 'e9' else 'e6' end;
create macro short_point(short) as
    point_digits(regexp_extract(short, '^[-+]?[\d.,]+')) || exponent_of(short);
create macro short_comma(short) as
    comma_digits(regexp_extract(short, '^[-+]?[\d.,]+')) || exponent_of(short);

-- digits as a number; as a number where 85 % is 0.85; as a whole one; as money, exact; as twelve months of it
create macro number_of(digits) as nullif(try_cast(digits as double), 'infinity'::double);
create macro share_of(digits) as
    number_of(rtrim(digits, '%')) / case when ends_with(digits, '%') then 100 else 1 end;
create macro whole_of(digits) as try_cast(regexp_extract(digits, '^(-?\d+)(\.0*)?$', 1) as bigint);
create macro money_of(digits) as try_cast(try_cast(digits as decimal(28, 8)) as decimal(18, 2));
create macro year_of_months(digits) as try_cast(12 * try_cast(digits as decimal(28, 8)) as decimal(18, 2));

-- the day of a day or moment: what stands before the time of day, if a time of day it is
create macro day_text(v) as
    regexp_replace(v,
        '[T ] *\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)? *([AaPp]\.?[Mm]\.?)? *(Z|UTC|GMT|[-+]\d{2}:?\d{2})?( UTC)?$', '');

-- year first: 2024-01-31, 2024/1/31, 2024.01.31, 2024年1月31日
create macro day_year_first(day) as
    try_cast(regexp_replace(regexp_extract(day, '^(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2})日?$', 1), '[/.年月]', '-', 'g') as date);

-- in words: 31 January 2024, Wed 31-Jan-24, January 31st, 2024
create macro day_in_words(day) as
    try_strptime(
        regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(day,
            '^(?i)(mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]? +', ''),
            '^(\d{1,2})(?:st|nd|rd|th)?[- /.]+(?:of +)?([A-Za-z]{3})[a-z]*[- /.,]+(\d{4}|\d{2})$', '\1 \2 \3'),
            '^([A-Za-z]{3})[a-z]*[- /.]+(\d{1,2})(?:st|nd|rd|th)?[- /.,]+(\d{4}|\d{2})$', '\2 \1 \3'),
            '^(\d+ [A-Za-z]{3}) ([0-6]\d)$', '\1 20\2'),
            '^(\d+ [A-Za-z]{3}) ([7-9]\d)$', '\1 19\2'),
        '%d %b %Y')::date;

-- three numbers with the year last or, asked for, first: the order is the column's, never the cell's
create macro parts_of(day) as
    regexp_extract(day, '^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{4}|\d{2})$', ['one', 'mark', 'two', 'year']);
create macro with_century(day) as
    regexp_replace(regexp_replace(day, '^(\d{1,2}[-/.]\d{1,2}[-/.])([0-6]\d)$', '\120\2'),
        '^(\d{1,2}[-/.]\d{1,2}[-/.])([7-9]\d)$', '\119\2');
create macro day_dmy(day) as
    day_year_first(regexp_replace(with_century(day), '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$', '\3-\2-\1'));
create macro day_mdy(day) as
    day_year_first(regexp_replace(with_century(day), '^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$', '\3-\1-\2'));
create macro day_ymd(day) as
    day_year_first(regexp_replace(day, '^(\d{2}[-/.]\d{1,2}[-/.]\d{1,2})$', '20\1'));
create macro read_dmy(v) as coalesce(day_dmy(day_text(v)), day_in_words(day_text(v)));
create macro read_mdy(v) as coalesce(day_mdy(day_text(v)), day_in_words(day_text(v)));
create macro read_ymd(v) as coalesce(day_ymd(day_text(v)), day_in_words(day_text(v)));

-- the moment of a day and the time of day written after it, in UTC; without an offset it is in the connection's time zone
create macro is_iso_moment(v) as
    regexp_full_match(v, '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}(:?\d{2})?)?');
create macro is_zoned(v) as regexp_matches(v, ':\d{2}([.,]\d+)? *([AaPp]\.?[Mm]\.?)? *(Z|UTC|GMT|[-+]\d{2}(:?\d{2})?)( UTC)?$');
create macro is_epoch(v) as regexp_full_match(v, '1\d{9}(\.\d+)?|1\d{12}');
create macro in_utc(text) as try_cast(text as timestamptz) at time zone 'UTC';
create macro iso_moment(v) as case when length(v) = 10 then try_cast(v as timestamp) else in_utc(v) end;
create macro of_epoch(v) as
    make_timestamp((try_cast(v as double) * case when length(v) = 13 then 1000 else 1000000 end)::bigint);
create macro time_parts(v) as
    regexp_extract(v, '[T ] *(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))? *([AaPp]?)\.?(?:[Mm]\.?)? *(Z|UTC|GMT|[-+]\d{2}:?\d{2})?(?: UTC)?$',
                   ['hour', 'minute', 'second', 'half', 'zone']);
create macro time_said(t) as
    case when t.hour = '' then '00:00Z'  -- a day alone stays that day, wherever it is read
         else lpad(case lower(t.half) when 'p' then (t.hour::integer % 12 + 12)::varchar
                                      when 'a' then (t.hour::integer % 12)::varchar else t.hour end, 2, '0')
              || ':' || t.minute || case when t.second = '' then '' else ':' || replace(t.second, ',', '.') end
              || replace(replace(t.zone, 'UTC', 'Z'), 'GMT', 'Z') end;
create macro moment_of(day, v) as in_utc(day::varchar || ' ' || time_said(time_parts(v)));
create macro moment_dmy(v) as case when is_epoch(v) then of_epoch(v) when is_iso_moment(v) then iso_moment(v) else moment_of(read_dmy(v), v) end;
create macro moment_mdy(v) as case when is_epoch(v) then of_epoch(v) when is_iso_moment(v) then iso_moment(v) else moment_of(read_mdy(v), v) end;
create macro moment_ymd(v) as case when is_epoch(v) then of_epoch(v) when is_iso_moment(v) then iso_moment(v) else moment_of(read_ymd(v), v) end;

-- a day without any marks, 20240131 or 20240131T101500Z; and one counted by a spreadsheet from 1899-12-30, of 1970 to 2050
create macro moment_compact(v) as
    case when regexp_full_match(v, '(19|20)\d{6}') then try_strptime(v, '%Y%m%d')
         when regexp_full_match(v, '(19|20)\d{6}T\d{6}Z?')
         then in_utc(regexp_replace(v, '^(....)(..)(..)T(..)(..)(..)', '\1-\2-\3 \4:\5:\6')) end;
create macro moment_serial(v) as
    case when regexp_full_match(v, '[2-5]\d{4}(\.\d+)?') and try_cast(v as double) between 25569 and 54789
         then timestamp '1899-12-30' + to_seconds(round(try_cast(v as double) * 86400)) end;
create macro moment_epoch(v) as case when is_epoch(v) then of_epoch(v) end;
create macro read_epoch(v) as moment_epoch(v)::date;
create macro read_compact(v) as moment_compact(v)::date;
create macro read_serial(v) as moment_serial(v)::date;

-- yes or no; and whether a customer has gone, where a word such as stayed or active speaks for itself
create macro read_flag(v) as
    case when lower(v) in ('yes', 'y', 'true', 't', '1', '1.0', 'x', 'on', 'ja', 'oui', 'sí', 'si', 'sim', 'sì', 'wahr',
                           'vrai', 'verdadero', 'はい') then true
         when lower(v) in ('no', 'n', 'false', 'f', '0', '0.0', 'off', 'nein', 'nee', 'non', 'não', 'nao', 'falsch', 'faux',
                           'falso', 'いいえ') then false end;
create macro says_gone(v) as
    case when lower(v) in ('churned', 'churn', 'lost', 'cancelled', 'canceled', 'inactive', 'closed', 'left', 'exited',
                           'attrited', 'terminated', 'gone', 'former', 'expired', 'not active', 'gekündigt', 'inaktiv', 'résilié',
                           'inactif', 'inactivo', 'cancelado', 'inattivo', 'opgezegd', '解約') then true
         when lower(v) in ('stayed', 'active', 'current', 'retained', 'live', 'existing', 'not churned', 'kept',
                           'customer', 'open', 'no churn', 'loyal', 'aktiv', 'actif', 'activo', 'ativo', 'attivo', 'actief',
                           '契約中') then false end;
create macro read_gone(v) as coalesce(says_gone(v), read_flag(v));
create macro read_stays(v) as coalesce(says_gone(v), not read_flag(v));
