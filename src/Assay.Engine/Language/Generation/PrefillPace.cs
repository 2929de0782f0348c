namespace Assay.Engine.Language.Generation;

/// <summary>How many tokens of prompts go into a step, from how long steps took.</summary>
internal sealed class PrefillPace(TimeSpan aim, int least, int most)
{
    private double secondsPerToken;

    /// <param name="othersWait">Whether answers under way wait for this step's end.</param>
    public int Tokens(bool othersWait) => !othersWait || secondsPerToken == 0
        ? most
        : (int)Math.Clamp(aim.TotalSeconds / secondsPerToken, least, most);

    /// <summary>Learns from a step with prompts in it.</summary>
    public void Took(TimeSpan time, int tokens, bool withPrompts)
    {
        if (!withPrompts)
            return;
        var now = time.TotalSeconds / tokens;
        secondsPerToken = secondsPerToken == 0 ? now : 0.75 * secondsPerToken + 0.25 * now;
    }
}
