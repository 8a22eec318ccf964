-- What has left a record, or come back, as the key of its log has signed it (sealing/logs/removals.py). A removal without such a
-- note is forged.
CREATE TABLE ledger_signed_removal (
    tenant_id uuid NOT NULL,
    removal   uuid NOT NULL,
    note      text NOT NULL,
    PRIMARY KEY (tenant_id, removal)
);
SELECT ledger_guard('ledger_signed_removal');
ALTER TABLE ledger_signed_removal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY read ON ledger_signed_removal FOR SELECT USING (tenant_id = (SELECT wisely_tenant()) OR (SELECT wisely_support()));
CREATE POLICY keep ON ledger_signed_removal TO CURRENT_USER USING (true);
