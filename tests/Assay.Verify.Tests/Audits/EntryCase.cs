using System.Text;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Dsse;
using Assay.Verify.Logs;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>Entries at places in logs where they may not stand, and some that just may: for every rule of audits.md about one entry or one log.</summary>
/// <param name="Log">Name of the log of which the entry would be the next.</param>
internal sealed record EntryCase(string What, string Log, byte[] Entry)
{
    private static readonly AuditedLog Auditor = new("auditor.test/log"), Other = new("other.test/log"), Provider = new("provider.test/log", 1000), Full = new("full.test/log");
    private static readonly SigningKey Serving, Retired, Stolen, Short;
    private static readonly ulong FirstDraw, SecondDraw, FirstCanary, SecondCanary, Plant;
    private static readonly Hash Word = AuditedLog.Word("word");

    private static readonly OpenedPlant Opening = new(0, Word, [new PlantedRecord(1, Word), new PlantedRecord(4, Word)], Word);

    static EntryCase()
    {
        var segment = new Segment("svc", Word, "profile", "eu");
        Provider.Add(new AuditTermsEvent(Provider.Origin, 100, 3600));
        Serving = Provider.Introduce("serving", segment, 900);
        (Retired, Stolen, Short) = (Provider.Introduce("retired", segment with { Region = "1" }, 900), Provider.Introduce("stolen", segment with { Region = "2" }, 900), Provider.Introduce("short", segment with { Region = "3" }, 3));
        Provider.Commit(Auditor, Serving, 0, 500_000);
        Provider.Commit(Other, Serving, 0, 500_000);
        Provider.Serve(Serving, 100);
        Provider.Add(KeyEvent.Retire(Provider.Origin, Retired.PublicKey.Id));
        Provider.Add(KeyEvent.Compromise(Provider.Origin, Stolen.PublicKey.Id, 5000));
        Provider.Add(KeyEvent.Compromise(Provider.Origin, Stolen.PublicKey.Id, Provider.State.Size + 1));
        Provider.Commit(Auditor, Serving, 1, 500_000);

        var draw = Auditor.DrawOf(Provider, Serving, 0, [Auditor, Other]);
        FirstDraw = Auditor.Add(draw with { Drawn = 3 });
        Auditor.Judge(FirstDraw, 0, 3, _ => 'r');
        SecondDraw = Auditor.Add(draw with { Epoch = draw.Epoch with { Number = 4 }, Drawn = 5 });
        Auditor.Judge(SecondDraw, 0, 2, _ => 'r');
        FirstCanary = Auditor.Add(new AuditCanaryEvent(Auditor.Origin, Provider.Origin, Serving.PublicKey.Id, 10, Word));
        Auditor.Add(Canaries(FirstCanary, 0, "rr", 5, 9));
        SecondCanary = Auditor.Add(new AuditCanaryEvent(Auditor.Origin, Provider.Origin, Serving.PublicKey.Id, 2, Word));
        Plant = Auditor.Add(new AuditPlantEvent(Auditor.Origin, Provider.Origin, AuditPlantEvent.Open(Auditor.Origin, Provider.Origin, Opening).Commitment));
        var opened = Auditor.Add(new AuditPlantEvent(Auditor.Origin, Provider.Origin, AuditPlantEvent.Open(Auditor.Origin, Provider.Origin, Opening).Commitment));
        Auditor.Add(AuditPlantEvent.Open(Auditor.Origin, Provider.Origin, Opening with { Commit = opened }));
        Auditor.Add(Step(0, 1000, Word, 10, 20));
        Auditor.Add(Journal(0, 1000, default));

        var full = Full.Introduce("serving", segment);
        for (var i = 0; i < 64; i++)
            Full.Commit(new AuditedLog($"auditor-{i}.test/log"), full, 0, 1);
    }

    /// <summary>The logs by name.</summary>
    public static (string Name, AuditedLog Log)[] Logs => [("provider", Provider), ("auditor", Auditor), ("full", Full), ("new", new AuditedLog("new.test/log"))];

    /// <summary>"malformed" or "unsupported" for an entry that nobody can read, "refused" for one that may not stand there, or null.</summary>
    public string? Reason()
    {
        var state = new LogState();
        foreach (var entry in Logs.Single(l => l.Name == Log).Log.Entries)
            state.Apply(entry);
        try
        {
            if (OpenEntry.KindOf(Entry) == EntryKind.Sealed)
                SealedEntry.Parse(Entry);
            else
                LogEvent.Parse(OpenEntry.Parse(Entry).Payload.Span);
        }
        catch (MalformedException e)
        {
            return e is UnsupportedException ? "unsupported" : "malformed";
        }
        try
        {
            state.Apply(Entry);
            return null;
        }
        catch (MalformedException)
        {
            return "refused";
        }
    }

    public static IEnumerable<EntryCase> All() => [.. Sealed(), .. Frames(), .. Keys(), .. Epochs(), .. Terms(), .. Seeds(), .. Draws(), .. Verdicts(), .. CanaryLane(), .. Plants(), .. Others(), .. Accounts(), .. Journals()];

    private static AuditVerdictsEvent Canaries(ulong canary, int first, string letters, params ulong[] records) =>
        Auditor.Verdicts(canary, first, letters) with { Lane = AuditLane.Canary, Records = [.. records] };

    private static AccountEpochEvent Step(ulong step, ulong time, Hash previous, params ulong[] sizes) => new(
        Auditor.Origin, Word, step, time, previous, [.. sizes.Select((size, i) => new LogSize(i == 0 ? Provider.Origin : $"{(char)('a' + i)}.test/log", size, Word))], AuditedLog.Word($"state {step}"));

    // An event as it is, or with its statement's text changed, signed by the key that must.
    private static EntryCase Open(string what, AuditedLog log, LogEvent step, params (string From, string To)[] changes) => Signed(what, log, step, step.SignedByLogKey ? [log.LogKey] : [log.Root], changes);

    private static EntryCase Signed(string what, AuditedLog log, LogEvent step, SigningKey[] keys, params (string From, string To)[] changes)
    {
        var text = Encoding.UTF8.GetString(step.ToBytes());
        foreach (var (from, to) in changes)
            text = text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : throw new InvalidOperationException($"{what}: no {from} in {text}");
        return new EntryCase(what, Logs.Single(l => l.Log.Origin == log.Origin).Name, OpenEntry.Sign(Encoding.UTF8.GetBytes(text), keys).ToBytes());
    }

    private static EntryCase Record(string what, SigningKey key, ulong sequence, KeyAlgorithm algorithm = KeyAlgorithm.Ed25519) =>
        new(what, "provider", new SealedEntry(sequence, default, key.PublicKey.Id, algorithm, new byte[64]).ToBytes());

    private static IEnumerable<EntryCase> Sealed()
    {
        var good = Record("the next record", Serving, 100);
        return
        [
            good, Record("a record again", Serving, 99), Record("a gap in the sequence", Serving, 101), Record("another algorithm than the key's", Serving, 100, KeyAlgorithm.EcdsaP256Sha256),
            Record("a key that nobody introduced", Auditor.LogKey, 0), Record("a retired key", Retired, 0), Record("a stolen key", Stolen, 0), Record("a key whose lease has ended", Short, 0),
            new("a byte too many", "provider", [.. good.Entry, 0]), new("a byte too few", "provider", good.Entry[..^1]),
            new("an unknown algorithm", "provider", [.. good.Entry[..88], 3, .. good.Entry[89..]]), new("another length of the signature", "provider", [.. good.Entry[..90], 63, .. good.Entry[91..]]),
        ];
    }

    private static IEnumerable<EntryCase> Frames()
    {
        var terms = new AuditTermsEvent(Provider.Origin, 200, 60);
        var entry = terms.ToEntry(Provider.Root);
        return
        [
            Open("terms", Provider, terms), Signed("terms that the log key signed", Provider, terms, [Provider.LogKey]), Signed("terms that a stranger's key signed too", Provider, terms, [Provider.Root, Auditor.Root]),
            Signed("a commitment that the roots signed", Provider, Seed(Auditor, 3), [Provider.Root]), Signed("a commitment that two keys signed", Provider, Seed(Auditor, 3), [Provider.LogKey, Provider.Root]),
            new("a signature of other bytes", "provider", new OpenEntry(entry.AsMemory(), [OpenEntry.Parse(entry).Signatures[0]]) { Payload = Seed(Auditor, 3).ToBytes() }.ToBytes()),
            new("white space", "provider", [.. entry[..1], (byte)' ', .. entry[1..]]), new("no JSON", "provider", "[]"u8.ToArray()), new("no bytes", "provider", []),
            Open("an event of another log", Provider, new AuditTermsEvent(Auditor.Origin, 200, 60)), Open("a second genesis", Provider, Provider.Events[0].Event),
            Open("an event of an unknown kind", Provider, terms, ("urn:assay:audit-terms:v1", "urn:assay:audit-terms:v2")), Open("another statement type", Provider, terms, ("Statement/v1", "Statement/v2")),
        ];
    }

    private static IEnumerable<EntryCase> Keys()
    {
        var (origin, at, id, nobody) = (Provider.Origin, Provider.State.Size, Serving.PublicKey.Id, Auditor.LogKey.PublicKey.Id);
        return
        [
            Open("the longest lease", Provider, KeyEvent.Renew(origin, id, at + 1000)), Open("a lease that is longer", Provider, KeyEvent.Renew(origin, id, at + 1001)),
            Open("the shortest lease", Provider, KeyEvent.Renew(origin, id, at + 1)), Open("a lease that is over", Provider, KeyEvent.Renew(origin, id, at)),
            Open("a renewal after the retirement", Provider, KeyEvent.Renew(origin, Retired.PublicKey.Id, at + 10)), Open("a second retirement", Provider, KeyEvent.Retire(origin, Retired.PublicKey.Id)),
            Open("a second introduction", Provider, KeyEvent.Introduce(origin, Serving.PublicKey, new Segment("svc", Word, "profile", "4"), at + 10)),
            Open("a renewal of an unknown key", Provider, KeyEvent.Renew(origin, nobody, at + 10)), Open("a retirement of an unknown key", Provider, KeyEvent.Retire(origin, nobody)),
            Open("a compromise of an unknown key", Provider, KeyEvent.Compromise(origin, nobody, 0)), Open("an unknown action", Provider, KeyEvent.Retire(origin, id), ("retire", "resell")),
            Open("a change of owner while a key lives", Provider, new OwnerEvent(origin, "Another Ltd")), Open("a change of owner", Logs[3].Log, new OwnerEvent(Logs[3].Log.Origin, "Another Ltd")),
        ];
    }

    private static IEnumerable<EntryCase> Epochs()
    {
        var right = Provider.State.IndexAt(60).ToEvent(Provider.Origin);
        return
        [
            Open("an epoch of the first 60 entries", Provider, right), Open("an epoch of all", Provider, Provider.State.IndexAt(Provider.State.Size).ToEvent(Provider.Origin)),
            Open("an epoch of no entries", Provider, new EpochEvent(Provider.Origin, 0, Sha256.Of([]), 0, Sha256.Of([]))), Open("an epoch of more than all", Provider, right with { Size = Provider.State.Size + 1 }),
            Open("an epoch with another root", Provider, right with { Root = Word }), Open("an epoch with another index", Provider, right with { Index = Word }), Open("an epoch with another number of keys", Provider, right with { Keys = 3 }),
        ];
    }

    private static IEnumerable<EntryCase> Terms() =>
    [
        Open("epochs of 99 records", Provider, new AuditTermsEvent(Provider.Origin, 100, 3600), (":100,", ":99,")), Raw(99, 3600), Raw(1_000_001, 3600), Raw(100, 59), Raw(100, 604_801), Raw(100, 60), Raw(1_000_000, 604_800),
        Open("terms whose subject is of others", Provider, new AuditTermsEvent(Provider.Origin, 100, 3600), (":3600}", ":3601}")), Open("terms with a member more", Provider, new AuditTermsEvent(Provider.Origin, 100, 3600), (":3600}", ":3600,\"more\":[{}]}")),
    ];

    // Terms whose subject is right, whatever the numbers are.
    private static EntryCase Raw(ulong records, ulong seconds)
    {
        var sha = Sha256.Start();
        sha.Add("assay/audit-terms/v1\n"u8);
        sha.Add(records);
        sha.Add(seconds);
        var terms = new AuditTermsEvent(Provider.Origin, 100, 3600);
        var digest = System.Text.Json.JsonDocument.Parse(terms.ToBytes()).RootElement.GetProperty("subject")[0].GetProperty("digest").GetProperty("sha256").GetString()!;
        return Open($"terms of {records} records and {seconds} seconds", Provider, terms, (digest, sha.Finish().ToHex()), (":100,", $":{records},"), (":3600}", $":{seconds}}}"));
    }

    private static AuditSeedEvent Seed(AuditedLog auditor, ulong epoch, string? origin = null) =>
        AuditSeedEvent.Sign(Provider.Origin, Serving.PublicKey.Id, epoch, origin ?? auditor.Origin, auditor.LogKey, 500_000, AuditedLog.SecretOf(auditor, epoch));

    private static IEnumerable<EntryCase> Seeds()
    {
        var good = Seed(Other, 1);
        var p256 = SigningKey.FromScalar(Word.Bytes);
        string Spki(SigningKey key) => Convert.ToBase64String(key.PublicKey.SubjectPublicKeyInfo);
        AuditSeedEvent More(int i) => AuditSeedEvent.Sign(Full.Origin, Full.State.Keys.Single().Key, 0, $"more-{i}.test/log", new AuditedLog($"more-{i}.test/log").LogKey, 1, Word);
        return
        [
            Open("a commitment for the current epoch", Provider, good), Open("a commitment for a later epoch", Provider, Seed(Other, 1000)), Open("a commitment for an epoch that has ended", Provider, Seed(new AuditedLog("late.test/log"), 0)),
            Open("a second commitment", Provider, Seed(Auditor, 1)), Open("a second commitment of the origin", Provider, AuditSeedEvent.Sign(Provider.Origin, Serving.PublicKey.Id, 1, Auditor.Origin, Other.LogKey, 5, Word)),
            Open("a second commitment of the key", Provider, Seed(Auditor, 1, "alias.test/log")), Open("a commitment for an unknown key", Provider, AuditSeedEvent.Sign(Provider.Origin, Word, 0, Other.Origin, Other.LogKey, 5, Word)),
            Open("a commitment under another rate", Provider, good, ("\"rate\":500000", "\"rate\":500001")), Open("a commitment under another epoch", Provider, good, ("\"epoch\":1", "\"epoch\":2")),
            Open("a commitment under another origin", Provider, good, ($"\"{Other.Origin}\"", "\"alias.test/log\"")), Open("a commitment that was signed for another log", Provider, More(1), ($"\"{Full.Origin}\"", $"\"{Provider.Origin}\"")),
            Open("a commitment at no rate", Provider, good, ("\"rate\":500000", "\"rate\":0")), Open("a commitment at a rate above one", Provider, good, ("\"rate\":500000", "\"rate\":1000001")),
            Open("an auditor's key on P-256", Provider, good, (Spki(Other.LogKey), Spki(p256))), Open("a subject of another name", Provider, good, ("\"name\":\"audit-seed\"", "\"name\":\"audit-seeds\"")),
            Open("a short signature", Provider, good, (Convert.ToBase64String(good.Signature.Span), "AAAA")), Open("the 65th commitment", Full, More(2)),
        ];
    }

    private static IEnumerable<EntryCase> Draws()
    {
        var draw = (AuditDrawEvent)Auditor.Events[1].Event with { Epoch = new KeyEpoch(7, 0, 100, 200), Drawn = 9 };
        var many = draw with { Seeds = [.. Enumerable.Range(1, 60).Select(i => new RevealedSeed((ulong)i, Word))], Missing = [100, 101, 102, 103], Own = 1 };
        return
        [
            Open("a draw", Auditor, draw), Open("a second draw from an epoch", Auditor, draw with { Epoch = new KeyEpoch(4, 0, 100, 200) }), Open("a draw from an earlier epoch", Auditor, draw with { Epoch = new KeyEpoch(1, 0, 100, 200) }),
            Open("a draw from an earlier epoch of another provider", Auditor, draw with { Epoch = new KeyEpoch(1, 0, 100, 200), Provider = "elsewhere.test/log" }),
            Loose("seeds that do not ascend", draw with { Seeds = [.. draw.Seeds.Reverse()] }), Loose("a seed twice", draw with { Seeds = [draw.Seeds[0], draw.Seeds[0]] }), Loose("missing that do not ascend", draw with { Missing = [9, 8] }),
            Loose("an index in both", draw with { Missing = [draw.Seeds[0].Index] }), Loose("own not among the seeds", draw with { Own = 99 }), Loose("no seeds", draw with { Seeds = [] }),
            Open("64 commitments", Auditor, many), Loose("65 commitments", many with { Missing = [100, 101, 102, 103, 104] }), Loose("a commitment beyond the epoch", draw with { Missing = [200] }), Open("a commitment at the epoch's end", Auditor, draw with { Missing = [199] }),
            Loose("more drawn than records", draw with { Drawn = 101 }), Open("all drawn", Auditor, draw with { Drawn = 100 }), Loose("an epoch of no records", draw with { Epoch = draw.Epoch with { Records = 0 }, Drawn = 0 }),
            Loose("an epoch of too many records", draw with { Epoch = draw.Epoch with { Records = 1_000_001 } }), Loose("an epoch of no size", draw with { Epoch = draw.Epoch with { Size = 0 } }), Loose("no rate", draw with { Rate = 0 }), Loose("a rate above one", draw with { Rate = 1_000_001 }),
            Open("a draw whose subject is another seed's", Auditor, draw, ("\"epoch\":7", "\"epoch\":8")), Open("a draw named after another provider", Auditor, draw, ("\"name\":\"provider", "\"name\":\"elsewhere")),
        ];

        // What it says of itself is not looked at when it is written.
        static EntryCase Loose(string what, AuditDrawEvent draw) => Open(what, Auditor, draw);
    }

    private static IEnumerable<EntryCase> Verdicts()
    {
        var good = Auditor.Verdicts(SecondDraw, 2, "rud");
        var details = "\"details\":[" + Encoding.UTF8.GetString(good.ToBytes()).Split("\"details\":[")[1].Split(']')[0] + "]";
        return
        [
            Open("verdicts to the end", Auditor, good), Open("one verdict", Auditor, Auditor.Verdicts(SecondDraw, 2, "x")), Open("a gap", Auditor, Auditor.Verdicts(SecondDraw, 3, "rr")), Open("an overlap", Auditor, Auditor.Verdicts(SecondDraw, 1, "rr")),
            Open("more than was drawn", Auditor, Auditor.Verdicts(SecondDraw, 2, "rrrr")), Open("a draw that is judged to its end", Auditor, Auditor.Verdicts(FirstDraw, 3, "r")), Open("an entry that is no draw", Auditor, Auditor.Verdicts(FirstCanary, 0, "r")),
            Open("a draw that is not there", Auditor, Auditor.Verdicts(999, 0, "r")), Open("an unknown letter", Auditor, good, ("\"rud\"", "\"ruq\"")), Lettered(""), Lettered(new string('x', 30_001)), Lettered("xxx"),
            Open("no work", Auditor, good with { Work = null }), Open("work without a run", Auditor, Auditor.Verdicts(SecondDraw, 2, "u") with { Work = Word }), Open("no detail", Auditor, good, (details, "\"details\":[]")),
            Open("a detail at another position", Auditor, good, ("\"position\":4", "\"position\":3")), Open("a detail too many", Auditor, good, (details, details[..^1] + "," + details[11..])), Open("another oracle", Auditor, good, ("\"oracle\":\"replay\"", "\"oracle\":\"proof\"")),
            Open("another lane", Auditor, good, ("\"traffic\"", "\"traffic2\"")), Open("another digest of letters", Auditor, good, ("\"rud\"", "\"rur\""), (details, "\"details\":[]")), Open("an engine without a name", Auditor, good, ("\"name\":\"assay\"", "\"name\":\"\"")),
        ];

        // The subject is right, whatever the letters are.
        static EntryCase Lettered(string letters)
        {
            var one = Auditor.Verdicts(SecondDraw, 2, "x");
            return Open($"{letters.Length} letters", Auditor, one, (Sha256.Of("x"u8).ToHex(), Sha256.Of(Encoding.UTF8.GetBytes(letters)).ToHex()), ("\"letters\":\"x\"", $"\"letters\":\"{letters}\""));
        }
    }

    private static IEnumerable<EntryCase> CanaryLane() =>
    [
        Open("verdicts on a canary", Auditor, Canaries(FirstCanary, 2, "rx", 10, 12)), Open("a canary again", Auditor, Canaries(FirstCanary, 2, "r", 9)), Open("a record again under another canary", Auditor, Canaries(SecondCanary, 0, "r", 9)),
        Open("verdicts on two canaries at once", Auditor, Canaries(SecondCanary, 0, "rr", 10, 11)), Open("more than were asked", Auditor, Canaries(SecondCanary, 0, "rrr", 10, 11, 12)), Open("a gap on a canary", Auditor, Canaries(FirstCanary, 3, "r", 10)),
        Open("an entry that is no canary", Auditor, Canaries(FirstDraw, 0, "r", 10)), Open("records that do not ascend", Auditor, Canaries(FirstCanary, 2, "rr", 12, 11)), Open("a record for no letter", Auditor, Canaries(FirstCanary, 2, "r", 12), ("[12]", "[12,13]")),
        Open("no records", Auditor, Canaries(FirstCanary, 2, "r", 12), ("\"records\":[12],", "")), Canary("\"requests\":0"), Canary("\"requests\":30001"), Canary("\"requests\":30000"),
    ];

    private static EntryCase Canary(string requests) => Open($"a canary with {requests}", Auditor, new AuditCanaryEvent(Auditor.Origin, Provider.Origin, Word, 10, Word), ("\"requests\":10", requests));

    private static IEnumerable<EntryCase> Plants()
    {
        AuditPlantEvent Of(OpenedPlant opening, string? provider = null) => AuditPlantEvent.Open(Auditor.Origin, provider ?? Provider.Origin, opening);
        var good = Of(Opening with { Commit = Plant });
        return
        [
            Open("an opened plant", Auditor, good), Open("a plant opened again", Auditor, Of(Opening with { Commit = Plant + 1 })), Open("a plant that is not there", Auditor, Of(Opening with { Commit = 999 })), Open("an entry that is no plant", Auditor, Of(Opening with { Commit = FirstDraw })),
            Open("a plant with another salt", Auditor, Of(Opening with { Commit = Plant, Salt = AuditedLog.Word("salt") })), Open("a plant at another provider", Auditor, Of(Opening with { Commit = Plant }, "elsewhere.test/log")),
            Open("planted records that do not ascend", Auditor, Of(Opening with { Commit = Plant, Records = [.. Opening.Records.Reverse()] })), Open("no planted records", Auditor, Of(Opening with { Commit = Plant, Records = [] })),
            Open("401 planted records", Auditor, Of(Opening with { Commit = Plant, Records = [.. Enumerable.Range(0, 401).Select(i => new PlantedRecord((ulong)i, Word))] })), Open("an unknown action of a plant", Auditor, good, ("\"action\":\"open\"", "\"action\":\"shut\"")),
        ];
    }

    private static IEnumerable<EntryCase> Others()
    {
        var (at, likely) = (DateTimeOffset.UnixEpoch, new ObservationsEvent(Auditor.Origin, "svc", Word, ObservationOracle.Likelihood, Word, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, -12));
        var seen = likely with { Oracle = ObservationOracle.Service, Letters = "pfn", LogE = null, To = at.AddSeconds(1) };
        var refusal = new AuditRefusalEvent(Auditor.Origin, Provider.Origin, Word, 1, 1000, Word);
        EntryCase LogE(string e) => Open($"logE {e}", Auditor, likely, ("\"-12\"", e));
        return
        [
            Open("a refusal", Auditor, refusal), Open("a refusal at no rate", Auditor, refusal, ("\"rate\":1000", "\"rate\":0")), Open("a challenge", Auditor, new ChallengeEvent(Auditor.Origin, Provider.Origin, Word, 1, Word, 2)),
            Open("a challenge with other evidence", Auditor, new ChallengeEvent(Auditor.Origin, Provider.Origin, Word, 1, Word, 2), ($"\"evidence\":\"{Word.ToHex()}\"", $"\"evidence\":\"{AuditedLog.Word("x").ToHex()}\"")),
            Open("a challenge with a sequence below zero", Auditor, new ChallengeEvent(Auditor.Origin, Provider.Origin, Word, 1, Word, 2), ("\"sequence\":1", "\"sequence\":-1")),
            Open("observations", Auditor, seen), Open("observations that end before they begin", Auditor, seen with { From = at.AddSeconds(2) }), Open("times with other digits", Auditor, seen, ("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:00.0000001Z")),
            Open("an unknown oracle", Auditor, seen, ("\"service\",\"task\"", "\"attested\",\"task\"")), Open("an unknown letter of observations", Auditor, seen, ("\"pfn\"", "\"pfr\"")), Open("no letters of observations", Auditor, seen, ("\"pfn\"", "\"\"")),
            Open("letters where there must be logE", Auditor, seen, ("\"service\",\"task\"", "\"likelihood\",\"task\"")), LogE("\"-0\""), LogE("\"0\""), LogE("\"007\""), LogE("\"+7\""), LogE("7"), LogE("\"9007199254740991\""), LogE("\"-9007199254740992\""), LogE("\" 7\""),
        ];
    }

    private static JournalEvent Journal(ulong number, ulong time, Hash previous) =>
        new(Auditor.Origin, "market", number, time, previous, ["one"u8.ToArray()], AuditedLog.Word($"journal {number}"));

    private static IEnumerable<EntryCase> Journals()
    {
        var good = Journal(1, 1000, AuditedLog.Word("journal 0"));
        return
        [
            Open("an entry of a journal", Auditor, good), Open("an entry of a journal again", Auditor, Journal(0, 1000, default)), Open("an entry of a journal too far", Auditor, good with { Number = 2 }),
            Open("an entry of a journal from another state", Auditor, good with { Previous = Word }), Open("an entry of a journal back in time", Auditor, good with { Time = 999 }), Open("another journal that begins later", Auditor, good with { Journal = "other" }),
            Open("another journal", Auditor, Journal(0, 5, default) with { Journal = "other" }), Open("another journal that begins with a state", Auditor, Journal(0, 5, Word) with { Journal = "other" }),
            Open("no events", Auditor, good with { Events = [] }), Open("an empty event", Auditor, good with { Events = [default] }), Open("256 events", Auditor, good with { Events = Many(256, 1) }), Open("257 events", Auditor, good with { Events = Many(257, 1) }),
            Open("as much as fits", Auditor, good with { Events = Many(256, 128) }), Open("a byte more than fits", Auditor, good with { Events = [.. Many(255, 128), new byte[129]] }), Open("one long event", Auditor, good with { Events = Many(1, 32_768) }),
            Open("a name of 65 characters", Auditor, Journal(0, 5, default) with { Journal = new string('j', 65) }), Open("a journal of another state than its subject", Auditor, good, ($"\"state\":\"{good.State.ToHex()}\"", $"\"state\":\"{Word.ToHex()}\"")),
            Open("a journal of another name than its subject", Auditor, good, ("\"journal\":\"market\"", "\"journal\":\"markets\"")), Signed("an entry of a journal that the roots signed", Auditor, good, [Auditor.Root]),
        ];

        static System.Collections.Immutable.ImmutableArray<ReadOnlyMemory<byte>> Many(int count, int bytes) => [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)i, bytes).ToArray())];
    }

    private static IEnumerable<EntryCase> Accounts()
    {
        var state = AuditedLog.Word("state 0");
        var good = Step(1, 1000, state, 10, 20);
        return
        [
            Open("a step", Auditor, good), Open("a step that reads another log too", Auditor, Step(1, 2000, state, 11, 20, 5)), Open("a step again", Auditor, Step(0, 1000, Word, 10, 20)), Open("a step too far", Auditor, Step(2, 1000, state, 10, 20)),
            Open("a step from another state", Auditor, Step(1, 1000, Word, 10, 20)), Open("a step back in time", Auditor, Step(1, 999, state, 10, 20)), Open("a step that reads less", Auditor, Step(1, 1000, state, 10, 19)), Open("a step that leaves a log out", Auditor, Step(1, 1000, state, 10)),
            Open("another account that begins with its second step", Auditor, good with { Account = state }), Open("another account", Auditor, Step(0, 5, Word, 1) with { Account = state }), Open("no logs", Auditor, good with { Logs = [] }),
            Open("logs out of order", Auditor, Step(1, 1000, state, 10, 20, 5) is var s ? s with { Logs = [s.Logs[0], s.Logs[2], s.Logs[1]] } : good), Open("a log twice", Auditor, good with { Logs = [.. good.Logs, good.Logs[1]] }),
            Open("the provider's log twice", Auditor, good with { Logs = [.. good.Logs, good.Logs[0]] }), Open("65 logs", Auditor, good with { Logs = Many(65) }), Open("66 logs", Auditor, good with { Logs = Many(66) }),
        ];

        System.Collections.Immutable.ImmutableArray<LogSize> Many(int count) =>
            [.. good.Logs, .. Enumerable.Range(0, count - 2).Select(i => new LogSize($"c{i:00}.test/log", 1, Word))];
    }
}
