-- How texts from people are compared and put in order, as core/text/folding.py does it: without case, accents, widths,
-- kinds of apostrophe, dash and space, and what is not seen. The same on every server: nothing here depends on the
-- collation of the database. A migration that replaces these functions also builds anew what is kept of their results:
-- it reindexes user_by_name and empties ledger_searched.

-- translate() tries each of its characters on each of the text's, so it is called only where it has something to do.
CREATE FUNCTION wisely_fold_unicode(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    folded text COLLATE pg_unicode_fast := $1;
BEGIN
    IF folded ~ '[\u00b4\u0384\u1fbd\u1fbf\u1ffd\u1ffe\u2033\u2036]' THEN
        folded := translate(folded, U&'\00B4\0384\1FBD\1FBF\1FFD\1FFE\2033\2036', '''''''''''''""');
    END IF;
    folded := regexp_replace(
        casefold(normalize(folded, NFKD)),
        '[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f'            -- accents
        '\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7'                                          -- Hebrew
        '\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed'  -- Arabic
        '\u08ca-\u08e1\u08e3-\u08ff'
        '\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f'   -- not seen
        '\ufe00-\ufe0f\ufeff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+',
        '', 'g');
    IF folded ~ '[`æœþðđħıłøŧŋƀ-ʠȷ-ɏᵽⱡ-ⱳکی\u0085\u02b9-\u02cb\u02d7\u02ee\u055a\u058a\u05be\u05f3\u05f4\u07f4\u07f5\u1400\u1680'
                '\u1806\u2010-\u2053\u2212\u2215\u223c\u2e17-\u2e5d\u301c-\u3030\u30a0\ua78c\U00010ead]' THEN
        folded := replace(replace(replace(translate(folded,
            U&'\0085\1680\2028\2029`\02B9\02BB\02BC\02BD\02BE\02BF\02C8\02CA\02CB\055A\05F3\07F4\07F5\2018\2019\201A\201B\2032\2035'
            '\A78C\02BA\02EE\05F4\201C\201D\201E\201F\301D\301E\301F'
            '\02D7\058A\05BE\1400\1806\2010\2011\2012\2013\2014\2015\2043\2212\2E17\2E1A\2E3A\2E3B\2E40\2E5D\30A0\+010EAD'
            '\2053\223C\301C\3030\2044\2215ⱥƀɓƃƈȼđðɖɗƌɇƒǥɠħⱨıɨɉȷƙⱪłƚɫⱡŋɲƞøɵƥᵽɋʠɍɽȿʂŧƭʈⱦʉʋⱳƴɏƶȥⱬیک',
            '    ''''''''''''''''''''''''''''''''''''''''''""""""""""---------------------~~~~//abbbccdddddefgghhiijjkkllllnnnooppqqrrssttttuvwyyzzzيك'
            ), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    END IF;
    RETURN folded;
END
$$;

-- Texts of ASCII alone, which most are, cost next to nothing. Not STRICT: so it becomes part of the query that calls it.
CREATE FUNCTION wisely_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length($1) = length($1) THEN replace(lower($1 COLLATE "C"), '`', '''') ELSE wisely_fold_unicode($1) END;

-- The order of lists that people read. Bounded, for an index takes no long keys: a character may fold to eighteen.
CREATE FUNCTION wisely_sort_key(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(wisely_fold($1), 200) || E'\x01' || $1;
