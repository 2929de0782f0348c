using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;
using Assay.Verify.Json;
using Assay.Verify.Notes;
using Assay.Verify.Reports;
using Assay.Verify.Statements;

namespace Assay.Verify.Policies;

/// <summary>What is asked of the <c>execution</c> axis.</summary>
public enum ExecutionDemand
{
    Any,
    Reproduced,
    Proved,
}

/// <summary>What a relying party trusts and asks for (docs/spec/receipt.md, Policy). It never comes from a bundle.</summary>
/// <param name="Name">Named in every report.</param>
/// <param name="LogText">The tlog-policy as written.</param>
/// <param name="Roots">Keys whose word on events counts; at least one.</param>
/// <param name="Require">Axes that must be verified; always <see cref="Essential"/> among them.</param>
public sealed record Policy(
    string Name, string LogText, TlogPolicy Log, ImmutableArray<PublicKey> Roots, ImmutableArray<Axis> Require, ExecutionDemand Execution)
{
    public const string MediaType = "application/vnd.assay.policy.v1+json";
    public const int MaxSize = 4 << 20;

    private const string AnyVenue = "any";
    private const int MaxKeys = 1024;

    /// <summary>So many of <see cref="Roots"/> must have signed an event, whatever genesis asks for; at least 1.</summary>
    public int RootThreshold { get; init; } = 1;

    /// <summary>Whose word counts that an index leaves nothing out; possibly nobody's.</summary>
    public ImmutableArray<VerifierKey> Indexers { get; init; } = [];

    /// <summary>So many of <see cref="Indexers"/> must have signed; 0 exactly where there are none.</summary>
    public int IndexerThreshold { get; init; }

    /// <summary>Without these nothing is authentic, whatever else holds: a policy that does not require them is refused.</summary>
    public static readonly ImmutableArray<Axis> Essential = [Axis.Integrity, Axis.Signature, Axis.Log, Axis.Key];

    /// <summary>The policy of someone who trusts one log and its roots, and wants input and output opened.</summary>
    public static Policy ForLog(string name, VerifierKey log, RootSet roots)
    {
        var text = $"log {log}\nquorum none\n";
        return new Policy(
            name, text, TlogPolicy.Parse(Encoding.UTF8.GetBytes(text)), roots.Keys,
            [Axis.Integrity, Axis.Signature, Axis.Log, Axis.Key, Axis.Model, Axis.Input, Axis.Output], ExecutionDemand.Any)
        {
            RootThreshold = roots.Threshold,
        };
    }

    /// <exception cref="MalformedException">Not a policy.</exception>
    public static Policy Parse(ReadOnlySpan<byte> bytes)
    {
        var json = JsonAt.Root(StrictJson.Parse(bytes, MaxSize), "policy");
        json["mediaType"].MustBe(MediaType);
        json.Only(
            "mediaType", "name", "log", "roots", "rootThreshold", "indexers", "indexerThreshold", "require", "execution", "venue");
        json["venue"].MustBe(AnyVenue);
        var text = json["log"].Text();
        var log = json["log"].Decode(t => TlogPolicy.Parse(Encoding.UTF8.GetBytes(t)), "a tlog-policy");
        if (log.Logs.IsEmpty)
            throw json["log"].Wrong("at least one log line");
        var (roots, indexers) = (ReadRoots(json["roots"]), ReadIndexers(json["indexers"]));
        return new Policy(
            json["name"].Label(), text, log, roots, ReadRequire(json["require"]), ReadExecution(json["execution"]))
        {
            RootThreshold = ReadThreshold(json["rootThreshold"], roots.Length),
            Indexers = indexers,
            IndexerThreshold = ReadThreshold(json["indexerThreshold"], indexers.Length),
        };
    }

    public byte[] ToBytes() => StrictJson.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("mediaType", MediaType);
        json.WriteString("name", Name);
        json.WriteString("log", LogText);
        json.WriteStartArray("roots");
        foreach (var root in Roots)
            json.WriteStringValue(Base64.Write(root.SubjectPublicKeyInfo));
        json.WriteEndArray();
        json.WriteNumber("rootThreshold", RootThreshold);
        json.WriteStartArray("indexers");
        foreach (var indexer in Indexers)
            json.WriteStringValue(indexer.ToString());
        json.WriteEndArray();
        json.WriteNumber("indexerThreshold", IndexerThreshold);
        json.WriteStartArray("require");
        foreach (var axis in Require)
            json.WriteStringValue(axis.Token());
        json.WriteEndArray();
        json.WriteString("execution", Execution.ToString().ToLowerInvariant());
        json.WriteString("venue", AnyVenue);
        json.WriteEndObject();
    });

    private static ImmutableArray<PublicKey> ReadRoots(JsonAt json)
    {
        ImmutableArray<PublicKey> roots =
            [.. json.Items(MaxKeys).Select(r => r.Decode(t => PublicKey.FromSubjectPublicKeyInfo(Base64.Read(t)), "a public key"))];
        return !roots.IsEmpty && roots.Distinct().Count() == roots.Length
            ? roots
            : throw json.Wrong("at least one key, and none twice");
    }

    private static ImmutableArray<VerifierKey> ReadIndexers(JsonAt json)
    {
        ImmutableArray<VerifierKey> indexers = [.. json.Items(MaxKeys).Select(i => i.Decode(VerifierKey.Parse, "a verifier key"))];
        return indexers.All(i => i.Type == NoteSignatureType.Ed25519) && indexers.DistinctBy(i => i.Key).Count() == indexers.Length
            ? indexers
            : throw json.Wrong("verifier keys of type 1, no key twice");
    }

    // Of none, none; of some, at least one.
    private static int ReadThreshold(JsonAt json, int keys) =>
        json.Integer() is var k && k >= (ulong)Math.Min(1, keys) && k <= (ulong)keys
            ? (int)k
            : throw json.Wrong(keys == 0 ? "0: there are no keys" : $"1 to {keys}");

    private static ImmutableArray<Axis> ReadRequire(JsonAt json)
    {
        ImmutableArray<Axis> axes =
            [.. json.Items(AxisTokens.All.Count).Select(a => AxisTokens.ParseAxis(a.Text()) ?? throw a.Wrong("an axis"))];
        if (axes.Distinct().Count() != axes.Length)
            throw json.Wrong("each axis at most once");
        foreach (var axis in Essential)
            if (!axes.Contains(axis))
                throw json.Wrong($"\"{axis.Token()}\" among the axes: nothing is authentic without it");
        return axes;
    }

    private static ExecutionDemand ReadExecution(JsonAt json) => json.Text() switch
    {
        "any" => ExecutionDemand.Any,
        "reproduced" => ExecutionDemand.Reproduced,
        "proved" => ExecutionDemand.Proved,
        _ => throw json.Wrong("any, reproduced or proved"),
    };
}
