using System.Text.Json;

namespace Assay.Reliability.Accounts;

/// <summary>The JSON form of an auditor's tally and of counts by letter, the same wherever an account is shown.</summary>
public static class TallyFormat
{
    /// <summary>An object.</summary>
    public static void Write(Utf8JsonWriter json, AuditorTally auditor)
    {
        json.WriteStartObject();
        json.WriteString("origin", auditor.Origin);
        json.WriteString("key", auditor.KeyId.ToHex());
        json.WriteBoolean("selfSampled", auditor.SelfSampled);
        json.WriteNumber("commitments", auditor.Commitments);
        json.WriteNumber("draws", auditor.Draws);
        json.WriteNumber("refusedDraws", auditor.RefusedDraws);
        json.WriteNumber("missingSecrets", auditor.MissingSeeds);
        json.WriteNumber("unfinished", auditor.Unfinished);
        json.WriteNumber("late", auditor.Late);
        json.WriteNumber("refusals", auditor.Refusals);
        json.WriteNumber("contradicted", auditor.Contradicted);
        WriteLetters(json, "traffic", auditor.Traffic);
        WriteLetters(json, "canary", auditor.Canary);
        json.WriteEndObject();
    }

    /// <summary>A member: how many of each letter.</summary>
    public static void WriteLetters(Utf8JsonWriter json, string name, LetterCounts letters)
    {
        json.WriteStartObject(name);
        foreach (var (letter, count) in letters.ByLetter())
            json.WriteNumber(letter.ToString(), count);
        json.WriteEndObject();
    }
}
