using Assay.Node.Audits;
using Assay.Verify;
using Assay.Verify.Statements;

namespace Assay.Node.Tests.Audits;

public class AuditorListTests
{
    private readonly ScriptedAuditor one = new("one.test/log");
    private readonly ScriptedAuditor other = new("other.test/log");

    [Fact]
    public void Those_who_are_named_may_audit_under_that_name_and_key_and_nobody_else()
    {
        var list = AuditorList.Parse($"# those we know\n\n  {one.Key}  \r\n{one.Key}\n");
        Assert.Equal((false, 1), (list.Everybody, list.Keys.Length));
        Assert.True(list.Allows(one.Log.Id));
        Assert.False(list.Allows(other.Log.Id));
        Assert.False(list.Allows(new AuditorId(one.Log.Origin, other.Log.LogKey.PublicKey)));
        Assert.False(list.Allows(new AuditorId(other.Log.Origin, one.Log.LogKey.PublicKey)));
        Assert.False(AuditorList.Nobody.Allows(one.Log.Id));
        var everybody = AuditorList.Parse($"{list}*\n");
        Assert.True(everybody.Allows(other.Log.Id));
        Assert.Equal($"*\n{one.Key}\n", everybody.ToString());
    }

    [Fact]
    public void What_is_no_key_of_a_log_is_told_with_its_line()
    {
        foreach (var wrong in (string[])["x", "**", $"{one.Key}x", one.Key.ToString()[..^3], "log " + one.Key])
            Assert.StartsWith("line 2: ", Assert.Throws<MalformedException>(() => AuditorList.Parse($"{other.Key}\n{wrong}\n")).Message, StringComparison.Ordinal);
        var random = new Random(15);
        var text = $"{one.Key}\n*\n{other.Key}\n";
        for (var round = 0; round < 5_000; round++)
        {
            var damaged = text.ToCharArray();
            damaged[random.Next(damaged.Length)] = (char)random.Next(1, 256);
            try
            {
                Assert.InRange(AuditorList.Parse(new string(damaged)).Keys.Length, 0, 2);
            }
            catch (MalformedException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }
}
