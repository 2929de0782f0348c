using System.Collections.Immutable;
using Assay.Reliability.Accounts;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Json;
using Assay.Verify.Notes;

namespace Assay.Reliability.Passports;

/// <summary>Reads a passport line by line (docs/spec/passports.md section 1). Entries stay where they stand in the file.</summary>
internal sealed class PassportReader(ReadOnlyMemory<byte> file)
{
    private const int HashText = 44;

    private int at;
    private int line;
    private int items;

    public Passport Read()
    {
        if (file.Length > Passport.MaxSize)
            throw new MalformedException($"a passport of {file.Length} bytes: expected at most {Passport.MaxSize}");
        try
        {
            var passport = ReadAll();
            return at == file.Length ? passport : throw new MalformedException("expected the end of the file");
        }
        catch (MalformedException e) when (e is not UnsupportedException)
        {
            throw new MalformedException($"passport, line {line}: {e.Message}", e);
        }
    }

    private Passport ReadAll()
    {
        var json = Json("passport");
        // First of all: another version may have other members.
        if (json["mediaType"].Text() is var type && type != Passport.MediaType)
            throw new UnsupportedException($"passport.mediaType: \"{StrictJson.Shown(type)}\" is no passport that this version knows");
        json.Only("mediaType", "account", "folder", "step", "logs", "segments");
        var account = ReadAccount(json["account"]);
        var (folder, step) = (json["folder"].Label(), json["step"].Integer());
        var (logs, segments) = ((int)json["logs"].Integer(1, Passport.MaxLogs), (int)json["segments"].Integer(0, Passport.MaxSegments));
        var read = ImmutableArray.CreateBuilder<PassportLog>();
        for (; logs > 0; logs--)
            read.Add(ReadLog());
        if (read[0].Origin != folder)
            throw new MalformedException("the first log is not the folder's");
        if (read.DistinctBy(l => l.Origin).Count() != read.Count)
            throw new MalformedException("one log twice");
        var published = ImmutableArray.CreateBuilder<PublishedSegment>();
        for (; segments > 0; segments--)
            published.Add(SegmentFormat.Read(Json("segment")));
        return new Passport(account, folder, step, read.ToImmutable(), published.ToImmutable());
    }

    internal static AccountId ReadAccount(JsonAt json)
    {
        json.Only("roots", "service", "oracle");
        if (json["oracle"].Text() is var oracle && oracle != AuditOracle)
            throw new UnsupportedException($"account.oracle: \"{StrictJson.Shown(oracle)}\" is folded in another way than this version's passports");
        return new AccountId(json["roots"].HexHash(), json["service"].Label(), AuditOracle);
    }

    private const string AuditOracle = Verify.Statements.AuditVerdictsEvent.Replay;

    private PassportLog ReadLog()
    {
        var json = Json("log").Only("log", "note", "items");
        var (origin, note) = (json["log"].Label(), json["note"].Decode(ReadNote, "a signed note"));
        _ = Checkpoint.Parse(note.Text);
        var count = (int)json["items"].Integer(1, (ulong)(Passport.MaxItems - items));
        items += count;
        // What is not there cannot make us allocate: an item has 3 bytes at least.
        var read = new List<PassportItem>(Math.Min(count, (file.Length - at) / 3));
        for (; count > 0; count--)
            read.Add(ReadItem(Line()));
        return new PassportLog(origin, note, read, NextIs("{\"index\":"u8) ? ReadIndex(Json("index")) : null);
    }

    private static PassportItem ReadItem(ReadOnlyMemory<byte> text)
    {
        var span = text.Span;
        switch (span[0])
        {
            case (byte)'{':
                return PassportItem.Shown(text);
            case (byte)'"' when span.Length > 2 && span[^1] == '"':
                var entry = Base64.Read(span[1..^1]);
                _ = SealedEntry.Parse(entry);
                return PassportItem.Shown(entry);
            case (byte)'[' when span.IndexOf((byte)',') is var comma and (2 or 3):
                var height = Decimals.Read(System.Text.Encoding.ASCII.GetString(span[1..comma]));
                Hash head = default;
                if (height < 63 && span.Length == comma + HashText + 4 && span[comma + 1] == '"' && span.EndsWith("\"]"u8)
                    && Base64.TryReadInto(span.Slice(comma + 2, HashText), head))
                    return PassportItem.LeftOut(head, (int)height);
                break;
        }
        throw new MalformedException("an item is an open entry, a sealed entry in base64, or [height,\"hash\"]");
    }

    private static PassportIndex ReadIndex(JsonAt json)
    {
        json.Only("index", "note", "keys");
        return new PassportIndex(
            json["index"].Integer(), json.Optional("note")?.Decode(ReadNote, "a signed note"),
            [
                .. json["keys"].Items(Passport.MaxKeys).Select(k =>
                {
                    k.Only("key", "count", "records");
                    return new CountedKey(k["key"].HexHash(), k["count"].Integer(), k["records"].Base64Hash());
                }),
            ]);
    }

    internal static SignedNote ReadNote(string text)
    {
        var note = SignedNote.Parse(text);
        return note.ToString() == text && !note.RepeatsAKey
            ? note
            : throw new MalformedException("a note with more than one spelling, or with two lines of the same key");
    }

    private bool NextIs(ReadOnlySpan<byte> start) => file.Span[at..].StartsWith(start);

    private JsonAt Json(string name)
    {
        var text = Line().Span;
        return text[0] is not ((byte)' ' or (byte)'\t' or (byte)'\r') && text[^1] is not ((byte)' ' or (byte)'\t' or (byte)'\r')
            ? JsonAt.Root(StrictJson.Parse(text, Passport.MaxLine), name)
            : throw new MalformedException("white space at an end of the line");
    }

    private ReadOnlyMemory<byte> Line()
    {
        line++;
        var rest = file.Span[at..];
        var length = rest[..Math.Min(rest.Length, Passport.MaxLine + 1)].IndexOf((byte)'\n');
        if (length <= 0)
            throw new MalformedException(rest.IsEmpty ? "the file ends too early" : length == 0 ? "an empty line" : $"a line without an end within {Passport.MaxLine} bytes");
        var text = file.Slice(at, length);
        at += length + 1;
        return text;
    }
}
