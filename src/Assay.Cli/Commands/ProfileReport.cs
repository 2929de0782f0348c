using System.Security.Cryptography;
using System.Text.Json;
using Assay.Engine.Conformance;
using Assay.Engine.Conformance.Language;
using Assay.Engine.Language;
using Assay.Engine.Numerics;

namespace Assay.Cli.Commands;

/// <summary><c>assay doctor --profile</c>: whether this machine computes what the execution profiles say.</summary>
internal static class ProfileReport
{
    /// <summary>Differences shown for one executor; all are counted.</summary>
    private const int Shown = 3;

    public static int Print(bool json, CancellationToken cancel)
    {
        var tensors = Run(Profile.Name, Profile.Digest.AsSpan(), Profile.OpenVectors, ProfileCheck.Run(ProfileCheck.Cases(), cancel), json);
        var whole = Run(Int8Profile.Name, Int8Profile.Digest.AsSpan(), Int8Profile.OpenVectors, ProfileCheck.Run(ProfileCheck.Int8Cases(), cancel), json);
        var language = Run(LanguageProfile.Name, LanguageProfile.Digest.AsSpan(), LanguageProfile.OpenVectors, LanguageCheck.Run(LanguageCheck.Cases(), cancel), json);
        if (json)
            Shared.Print(writer =>
            {
                Write(writer, tensors);
                writer.WriteStartObject("int8");
                Write(writer, whole);
                writer.WriteEndObject();
                writer.WriteStartObject("language");
                Write(writer, language);
                writer.WriteEndObject();
            });
        return tensors.Conforms && whole.Conforms && language.Conforms ? ExitCode.Ok : ExitCode.Rejected;
    }

    private static Checked Run(string name, ReadOnlySpan<byte> digest, Func<Stream> vectors, IEnumerable<ProfileResult> run, bool isQuiet)
    {
        using var stream = vectors();
        var found = new Checked(name, Convert.ToHexStringLower(digest), Convert.ToHexStringLower(SHA256.HashData(stream)), []);
        foreach (var result in run)
        {
            found.Results.Add(result);
            if (isQuiet)
                continue;
            Console.WriteLine($" {(result.Conforms ? '\u2713' : '\u2717')} {result.Executor,-20} {result.Cases - result.Differences.Count} of {result.Cases} vectors");
            foreach (var difference in result.Differences.Take(Shown))
                Console.WriteLine($"     {difference.Op}, '{difference.Case}': {difference.What}");
        }
        if (!isQuiet)
            Console.WriteLine(found.Conforms
                ? $"conforms to {name} (sha256:{found.Digest})"
                : $"does not conform to {name}: {found.Results.Sum(r => r.Differences.Count)} differences; receipts from this machine would not be reproduced elsewhere");
        return found;
    }

    private static void Write(Utf8JsonWriter json, Checked found)
    {
        json.WriteString("profile", found.Name);
        json.WriteString("digest", found.Digest);
        json.WriteString("vectors", found.Vectors);
        json.WriteBoolean("conforms", found.Conforms);
        json.WriteStartArray("executors");
        foreach (var result in found.Results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Executor);
            json.WriteNumber("vectors", result.Cases);
            json.WriteStartArray("differences");
            foreach (var difference in result.Differences)
            {
                json.WriteStartObject();
                json.WriteString("op", difference.Op);
                json.WriteString("case", difference.Case);
                json.WriteString("what", difference.What);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private sealed record Checked(string Name, string Digest, string Vectors, List<ProfileResult> Results)
    {
        public bool Conforms => Results.TrueForAll(r => r.Conforms);
    }
}
